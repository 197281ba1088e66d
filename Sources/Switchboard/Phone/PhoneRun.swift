import Foundation
import Media
import SIP

/// One run of the phone command: registers, calls or waits, obeys standard input, prints events.
struct PhoneRun {
    enum Outcome { case done, failed }

    let phone: SoftPhone
    let options: PhoneCommand

    func run() async -> Outcome {
        do {
            try await phone.start()
            if let path = options.play { try await phone.play(AudioDecoder().decode(path: path), loop: options.loop) }
            if let path = options.record { try await phone.hear(to: path) }
            if options.register ?? (phone.account.password != nil) { try await phone.register() }
            return try await converse()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            return .failed
        }
    }

    private func converse() async throws -> Outcome {
        let called: SessionHandle? =
            if let target = options.call { try await phone.call(target) } else { nil }
        let commands = called == nil && options.answer != nil ? nil : Task { await self.obey() }
        defer { commands?.cancel() }
        while true {
            // The phone waits for its owner or its peer, however long that takes.
            let event = try await phone.journal.first("anything", within: .seconds(86_400)) { _ in true }
            print(options.json ? event.json : event.text)
            fflush(nil)
            switch event {
            case .answered(let handle): await established(handle)
            case .failed where await phone.currentCall() == nil: return .failed
            case .ended where await phone.currentCall() == nil:
                await finishRecording()
                return .done
            default: break
            }
        }
    }

    private func finishRecording() async {
        guard options.record != nil else { return }
        let event = try? await phone.journal.first("the recording", within: .seconds(5)) {
            if case .recorded = $0 { true } else { false }
        }
        if let event { print(options.json ? event.json : event.text) }
    }

    private func established(_ handle: SessionHandle) async {
        if let digits = options.digits { try? await phone.sendDigits(digits, in: handle) }
        guard let seconds = options.duration else { return }
        // Ends with the process; a call that ends earlier makes the hang-up a no-op.
        Task {
            try? await Task.sleep(for: .seconds(seconds))
            try? await phone.hangUp(handle)
        }
    }

    /// Reads commands until standard input ends; reading blocks, so it has a thread of its own.
    private func obey() async {
        let lines = AsyncStream<String> { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
        for await line in lines {
            let words = line.split(separator: " ", maxSplits: 1)
            do {
                try await obey(String(words.first ?? ""), words.count > 1 ? String(words[1]) : "")
            } catch {
                FileHandle.standardError.write(Data("\(error)\n".utf8))
            }
        }
    }

    private func obey(_ command: String, _ rest: String) async throws {
        if command == "call" { return _ = try await phone.call(rest) }
        guard let handle = await phone.currentCall() else {
            return FileHandle.standardError.write(Data("There is no call.\n".utf8))
        }
        switch command {
        case "answer": try await phone.answer(handle)
        case "hang", "hangup": try await phone.hangUp(handle)
        case "hold": try await phone.hold(handle, true)
        case "unhold": try await phone.hold(handle, false)
        case "digits": try await phone.sendDigits(rest, in: handle)
        case "message": try await phone.send(rest, in: handle)
        case "transfer": try await phone.transfer(handle, to: rest)
        case "attend":
            guard let other = await phone.latestCall(), other != handle else { throw PhoneError.notTalking }
            try await phone.transfer(handle, toFarEndOf: other)
        default:
            FileHandle.standardError.write(
                Data(
                    "Unknown command; known: \(PhoneCommand.commandNames).\n".utf8))
        }
    }
}

extension PhoneEvent {
    private var details: [(String, String)] {
        switch self {
        case .registered, .playbackFinished, .endAcknowledged: []
        case .registrationFailed(let status): [("status", status.map(String.init) ?? "none")]
        case .incoming(_, let from): [("from", from)]
        case .ringing(_, let status): [("status", String(status))]
        case .answered, .holdAccepted, .replaced: []
        case .transferred(_, let status): [("status", String(status))]
        case .transferAsked(_, let target): [("target", target)]
        case .text(let from, let text): [("from", from), ("text", text)]
        case .failed(_, let status, let reason): [("status", String(status)), ("reason", reason)]
        case .ended(_, let byPeer): [("by", byPeer ? "peer" : "phone")]
        case .message(_, let text): [("text", text)]
        case .digit(_, let digit): [("digit", String(digit))]
        case .held(_, let isHeld): [("held", isHeld ? "yes" : "no")]
        case .recorded(let path): [("path", path)]
        }
    }

    /// One line for people.
    var text: String { ([name] + details.map { "\($0.0)=\($0.1)" }).joined(separator: " ") }

    /// One JSON object for programs.
    var json: String {
        let object = Dictionary(uniqueKeysWithValues: details + [("event", name)])
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
