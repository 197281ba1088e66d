import CallControl
import NIOCore
import WorkerProtocol

/// The text log of one session: `YYYY-MM-DD HH:MM:SS text`, one physical line an entry.
///
/// Entries wait at most 100 ms in memory; nothing here blocks. Used on the session's event loop only.
final class SessionLog {
    private let clock: any SessionClock
    private let output: Output?
    private var stamp = LogStamp()
    private var buffer: [UInt8] = []
    private var isFlushScheduled = false
    private let limit: Int
    private let observer: ((String) -> Void)?
    private let byteLimit: Int
    private var byteCount = 0
    private let signallingLimit: Int
    private var signallingCount = 0

    /// Where entries go; nil in `SessionLog` drops them.
    struct Output {
        let file: LogFile
        let writer: LogFileWriter
        let eventLoop: any EventLoop
    }

    /// - Parameters:
    ///   - byteLimit: When there are so many, a last line says so; only ``ended()`` comes after it.
    ///   - signallingLimit: Bytes of SIP messages; 0 for none.
    init(
        clock: any SessionClock, output: Output?, characterLimit: Int, byteLimit: Int, signallingLimit: Int = 0,
        observer: ((String) -> Void)? = nil
    ) {
        self.clock = clock
        self.output = output
        limit = characterLimit
        self.byteLimit = byteLimit
        self.signallingLimit = signallingLimit
        self.observer = observer
    }

    /// `Loading scenario <name>`.
    func loading(scenario name: String) { entry("Loading scenario \(LogValuePrinter.text(.string(name)))") }

    /// `Sent event to JS onPhoneEvent with params [{…} ;  ]`.
    func sentEvent(_ fields: [String: ScenarioValue]) {
        entry("Sent event to JS onPhoneEvent with params " + LogValuePrinter.text(.list([.map(fields)])))
    }

    /// `Executing JS command: <name> with params […]`.
    func executing(_ command: String, _ parameters: [ScenarioValue]) {
        entry("Executing JS command: \(command) with params " + LogValuePrinter.text(.list(parameters)))
    }

    /// A text of the script or a message of the platform: one physical line for each of its lines, cut at the limit.
    func text(_ text: String) {
        let cut = text.utf8.count > limit ? text.prefix(limit) : text[...]
        for line in cut.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            entry(LogValuePrinter.text(.string(String(line))))
        }
    }

    /// `SIP received from 192.0.2.7:5060 by UDP for <leg>: INVITE sip:…\nVia: …`, or `SIP sent to …`.
    func signalling(_ message: SignallingMessage) {
        guard signallingCount < signallingLimit else { return }
        let way = message.isReceived ? "received from" : "sent to"
        let line =
            "SIP \(way) \(message.peer) by \(message.transport) for \(message.leg.rawValue): "
            + LogValuePrinter.text(.string(message.text))
        signallingCount += line.utf8.count
        entry(line)
        if signallingCount >= signallingLimit {
            entry("SIP messages are left out from here on: there are \(signallingLimit / 1024) KiB of them")
        }
    }

    /// The line with which every log ends.
    func ended() { write("Session terminated") }

    /// Writes what waits and closes the file; the future completes when everything is on disk.
    func close(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        flush()
        guard let output else { return eventLoop.makeSucceededVoidFuture() }
        return output.writer.close(output.file, eventLoop: eventLoop)
    }

    private func entry(_ line: some StringProtocol) {
        guard byteCount < byteLimit else { return }
        write(line)
        if byteCount >= byteLimit { write("The log is full: it has \(byteLimit) bytes, what follows is left out") }
    }

    private func write(_ line: some StringProtocol) {
        observer?(String(line))
        guard let output else { return }
        let before = buffer.count
        buffer.append(contentsOf: stamp.utf8(atUnixMilliseconds: clock.unixMilliseconds))
        if !line.isEmpty {
            buffer.append(UInt8(ascii: " "))
            buffer.append(contentsOf: line.utf8)
        }
        buffer.append(UInt8(ascii: "\n"))
        byteCount += buffer.count - before
        if buffer.count > 1 << 16 {
            flush()
        } else if !isFlushScheduled {
            isFlushScheduled = true
            output.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [weak self] in
                self?.isFlushScheduled = false
                self?.flush()
            }
        }
    }

    private func flush() {
        guard let output, !buffer.isEmpty else { return }
        output.writer.append(buffer, to: output.file)
        buffer.removeAll(keepingCapacity: false)
    }
}
