import CCurl
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// Sends mails with libcurl on threads of its own.
///
/// Port 465 speaks TLS from the beginning; on others the connection is encrypted as soon as the server offers it (STARTTLS). A
/// password goes over an encrypted connection or to this machine only; certificates are checked.
public final class CurlMailClient: ScenarioMailClient {
    private let pool: NIOThreadPool
    private let limits: TimeLimits

    private struct TimeLimits {
        /// Until the connection stands, and in all.
        let connectMilliseconds: Int
        let milliseconds: Int
    }

    /// - Parameters:
    ///   - threads: mails that travel at one time, of all sessions.
    ///   - connectMilliseconds: time until the connection stands.
    ///   - milliseconds: time in all, after which the result is ``HTTPFailureCode/timeout``.
    public init(threads: Int = 8, connectMilliseconds: Int = 6_000, milliseconds: Int = 90_000) {
        limits = TimeLimits(connectMilliseconds: connectMilliseconds, milliseconds: milliseconds)
        // Once for the process, before any thread uses the library.
        _ = Self.library
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    public func send(_ request: MailRequest, on eventLoop: any EventLoop) -> EventLoopFuture<MailResult> {
        pool.runIfActive(eventLoop: eventLoop) { [limits] in Self.transfer(request, limits) }
    }

    /// Sends one mail; blocks.
    private static func transfer(_ request: MailRequest, _ limits: TimeLimits) -> MailResult {
        guard let handle = curl_easy_init() else { return .failure(.internal, "libcurl could not be used") }
        defer { curl_easy_cleanup(handle) }
        guard let url = url(of: request) else {
            return .failure(.malformedURL, "\(request.server) is no server's name or address")
        }
        var receivers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(receivers) }
        for address in request.message.receivers { receivers = curl_slist_append(receivers, "<\(address)>") }
        let upload = MailUpload(request.message.render(unixMilliseconds: now(), identity: identity()))
        let outcome = withExtendedLifetime(upload) {
            configure(handle, request, url: url, receivers: receivers, upload: upload)
            _ = sb_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
            _ = sb_curl_set_number(handle, CURLOPT_TIMEOUT_MS, limits.milliseconds)
            return curl_easy_perform(handle)
        }
        let code = sb_curl_response_code(handle)
        if outcome == CURLE_OK { return MailResult(code: code) }
        let error = String(cString: curl_easy_strerror(outcome))
        return code >= 400 ? MailResult(code: code, error: error) : .failure(failure(outcome), error)
    }

    private static func configure(
        _ handle: UnsafeMutableRawPointer, _ request: MailRequest, url: String,
        receivers: UnsafeMutablePointer<curl_slist>?, upload: MailUpload
    ) {
        _ = sb_curl_set_text(handle, CURLOPT_URL, url)
        _ = sb_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        _ = sb_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        let level = needsEncryption(request) ? CURLUSESSL_ALL : CURLUSESSL_TRY
        _ = sb_curl_set_number(handle, CURLOPT_USE_SSL, Int(level.rawValue))
        if let login = request.login, !login.isEmpty {
            _ = sb_curl_set_text(handle, CURLOPT_USERNAME, login)
            _ = sb_curl_set_text(handle, CURLOPT_PASSWORD, request.password ?? "")
        }
        _ = sb_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(request.message.from)>")
        _ = sb_curl_set_list(handle, CURLOPT_MAIL_RCPT, receivers)
        _ = sb_curl_set_number(handle, CURLOPT_UPLOAD, 1)
        _ = sb_curl_set_reader(handle, MailUpload.read, Unmanaged.passUnretained(upload).toOpaque())
    }

    /// A password must not be readable on the way to another machine.
    static func needsEncryption(_ request: MailRequest) -> Bool {
        guard request.login?.isEmpty == false else { return false }
        return !["localhost", "127.0.0.1", "::1", "[::1]"].contains(request.server.lowercased())
    }

    /// The server's address, nil when the name could be something else than a name: `host/path`, `user@host`.
    static func url(of request: MailRequest) -> String? {
        let server = request.server
        let isPlain = server.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._:[]".utf8.contains(byte)
            }
        }
        guard isPlain, (1...253).contains(server.utf8.count) else { return nil }
        let host = server.contains(":") && !server.hasPrefix("[") ? "[\(server)]" : server
        return "\(request.port == 465 ? "smtps" : "smtp")://\(host):\(request.port)"
    }

    private static func failure(_ code: CURLcode) -> HTTPFailureCode {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .hostNotFound
        case CURLE_COULDNT_CONNECT: .connection
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_URL_MALFORMAT: .malformedURL
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR: .network
        case CURLE_USE_SSL_FAILED, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR: .network
        default: .unknown
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000
    }

    private static func identity() -> String {
        (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 36) }.joined(separator: ".")
    }
}

/// The bytes of a mail while libcurl reads them.
private final class MailUpload {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static let read: sb_curl_reader = { buffer, size, count, context in
        guard let buffer, let context else { return 0 }
        let upload = Unmanaged<MailUpload>.fromOpaque(context).takeUnretainedValue()
        let length = min(size * count, upload.bytes.count - upload.position)
        upload.bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: buffer, count: length)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[upload.position..<upload.position + length]))
        }
        upload.position += length
        return length
    }
}
