import Foundation

/// A certificate authority in a folder of its own, made by the program `openssl`.
public struct TestAuthority: Sendable {
    /// A server's certificate with its key, as PEM files.
    public struct Identity: Sendable {
        public let certificate: String
        public let key: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let folder: String

    /// The authority's own certificate.
    public var certificate: String { "\(folder)/authority.pem" }

    public init() throws {
        folder = NSTemporaryDirectory() + "switchboard-authority-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"]
                + ["-subj", "/CN=Test authority", "-keyout", "authority.key", "-out", "authority.pem"])
        try write(
            """
            [ca]
            default_ca = test
            [test]
            database = index.txt
            new_certs_dir = .
            rand_serial = yes
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """, "authority.cnf")
        try write("", "index.txt")
        try write("unique_subject = no\n", "index.txt.attr")
    }

    /// A certificate for a subject such as `IP:127.0.0.1` or `DNS:sip.example`.
    public func identity(_ subject: String, isExpired: Bool = false) throws -> Identity {
        let name = UUID().uuidString
        try openssl(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Server"]
                + ["-addext", "subjectAltName=\(subject)", "-keyout", "\(name).key", "-out", "\(name).csr"])
        let dates = isExpired ? ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"] : ["-days", "3650"]
        try openssl(
            ["ca", "-batch", "-notext", "-config", "authority.cnf", "-cert", "authority.pem", "-keyfile"]
                + ["authority.key", "-in", "\(name).csr", "-out", "\(name).pem"] + dates)
        return Identity(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
    }

    public func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "openssl \(arguments.first ?? ""): \(text)")
        }
    }
}
