import CallControl
import NIOCore
import Storage
import VoiceEngine

/// The recordings and the log of one session: where they lie, their rows in the history, what they take of the
/// account's storage.
///
/// Used on the event loop only.
final class SessionFiles {
    private struct OpenRecord {
        let name: String
        let path: String
        let request: RecordingRequest
        var startedAt: UnixTime?
    }

    private let session: SessionID
    private let account: AccountID
    private let core: PlatformCore
    private let eventLoop: any EventLoop
    private var records: [CallID: OpenRecord] = [:]
    /// What the script has asked of a recording that is about to begin.
    private var wishes: [CallID: RecordingRequest] = [:]

    init(session: SessionID, account: AccountID, core: PlatformCore, eventLoop: any EventLoop) {
        self.session = session
        self.account = account
        self.core = core
        self.eventLoop = eventLoop
    }

    /// Whether a recording is being written.
    var areBeingWritten: Bool { !records.values.allSatisfy { $0.startedAt == nil } }

    /// What is recorded, or is about to be.
    var recorded: [CallID] { Array(records.keys) }

    /// Notes what a command wants of the recording that it begins.
    func note(_ command: CallCommand) {
        switch command {
        case .record(let leg, let request): wishes[leg] = request
        case .unit(let unit, .createRecorder(let request)): wishes[unit.call] = request
        default: break
        }
    }

    /// The place of a recording that begins; nil when the account keeps as much as it may.
    func target(of leg: CallID) -> RecordingTarget? {
        let request = wishes.removeValue(forKey: leg) ?? RecordingRequest()
        guard !core.storage.isFull(account) else { return nil }
        let name = PlatformFiles.newRecordName(isLossless: request.isLossless)
        guard let path = core.files.recordPath(name) else { return nil }
        records[leg] = OpenRecord(name: name, path: path, request: request)
        return RecordingTarget(path: path, url: PublicURLs(core.effectiveConfiguration()).record(name))
    }

    func started(_ leg: CallID) {
        guard let record = records[leg] else { return }
        let (session, now) = (session, core.clock())
        records[leg]?.startedAt = now
        core.history.enqueue("recording started") {
            try RecordStore(transaction: $0).insert(
                record.name, of: leg, session: session, record.request, at: now)
        }
    }

    func failed(_ leg: CallID) { records[leg] = nil }

    func stopped(_ leg: CallID, seconds: Int) {
        guard let record = records.removeValue(forKey: leg), record.startedAt != nil else { return }
        keep("recording ended") { [account, files = core.files] in
            try RecordStore(transaction: $0).finish(
                record.name, seconds: seconds, bytes: files.size(of: record.path), of: account)
        }
    }

    /// No event of a recording follows any more.
    func stopAll() {
        let now = core.clock()
        for (leg, record) in records {
            let seconds = record.startedAt.map { (now.milliseconds - $0.milliseconds) / 1000 } ?? 0
            stopped(leg, seconds: Int(max(0, seconds)))
        }
    }

    /// The session's log is complete.
    func logFinished(at path: String) {
        keep("log kept") { [account, files = core.files] transaction in
            guard let bytes = files.size(of: path) else { return 0 }
            try AccountStorage.note(Int64(bytes), of: account, in: transaction)
            return Int64(bytes)
        }
    }

    /// Counts what is kept once the count is committed; a job may run twice, what follows it runs once.
    private func keep(_ name: StaticString, _ work: @escaping @Sendable (Transaction) throws -> Int64) {
        let (storage, account) = (core.storage, account)
        core.history.perform(name, on: eventLoop, isUrgent: false, work).whenSuccess { storage.add($0, of: account) }
    }
}
