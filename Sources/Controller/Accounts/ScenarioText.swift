import Digests
import Foundation
import RequestSigning

/// The scenario's source, loaded once, made into one text for each portal.
struct ScenarioText: Sendable {
    /// The platform takes scripts below this.
    static let longest = 128 << 10

    let source: String
    let version: Int64
    let controllerURL: String
    private let sourceDigest: String

    init(source: String, version: Int64, controllerURL: String) {
        self.source = source
        self.version = version
        self.controllerURL = controllerURL
        sourceDigest = HashFunction.sha256.hexDigest(source)
    }

    var number: ScenarioNumber { ScenarioNumber(rawValue: version) }

    /// Reads the file, or the directory's `.js` files in the order of their names.
    ///
    /// - Throws: `ControllerError` when nothing can be read or the text is too long.
    static func load(_ source: ScenarioSource, controllerURL: String) throws -> ScenarioText {
        let text: String
        do {
            text = try files(source.path).map { try String(contentsOfFile: $0, encoding: .utf8) }.joined(
                separator: "\n")
        } catch {
            throw ControllerError(
                .scenarioUnreadable,
                "the scenario at \(source.path) cannot be read; check the path in the configuration")
        }
        guard !text.isEmpty, text.utf8.count < longest - 1024 else {
            throw ControllerError(
                .scenarioUnreadable,
                "the scenario at \(source.path) has \(text.utf8.count) bytes; 1 to \(longest - 1025) are possible")
        }
        return ScenarioText(source: text, version: source.version, controllerURL: controllerURL)
    }

    private static func files(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return [path]
        }
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".js") }.sorted()
            .map { path + "/" + $0 }
    }

    /// The portal's own text: its constants, then the common source.
    func rendered(_ access: PortalAccess) -> String { constants(access) + source }

    /// Tells the texts of two portals or of two times apart, without making them: every call asks.
    func digest(_ access: PortalAccess) -> String {
        HashFunction.sha256.hexDigest(constants(access) + sourceDigest)
    }

    private func constants(_ access: PortalAccess) -> String {
        let key = RequestKey(licenceKey: access.licenceKey.revealed, direction: .scenarioToController)
        let constants: [(String, JSONValue)] = [
            ("CONTROLLER_URL", .text(controllerURL)), ("PORTAL_ID", .text(access.id.rawValue)),
            ("REQUEST_KEY", .text(key.hexadecimal)), ("SCENARIO_VERSION", .integer(version)),
        ]
        return constants.map { "const \($0.0) = \($0.1.encoded);\n" }.joined()
    }
}
