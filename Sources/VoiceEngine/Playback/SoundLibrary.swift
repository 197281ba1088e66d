import AsyncHTTPClient
import CallControl
import Foundation
import Media
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches, decodes and remembers what scenarios play; used on one event loop only.
final class SoundLibrary {
    static let largestFile = 10 << 20
    /// Decoded samples that are kept at the most: about an hour of 8 kHz sound.
    static let keptSamples = 30_000_000
    static let freshness = TimeAmount.minutes(10)

    private enum Key: Hashable {
        case url(String)
        case speech(SpeechRequest)
    }

    private struct Entry {
        let clip: PCMClip
        let loaded: NIODeadline
        var used: NIODeadline
    }

    let eventLoop: any EventLoop
    private let web: WholeAnswer
    private let threads: NIOThreadPool
    private let speech: SpeechDesk
    /// Folders that file URLs may point into; a scenario must not read the rest of the disk.
    private let folders: [String]
    private var entries: [Key: Entry] = [:]
    private var loading: [Key: EventLoopFuture<PCMClip>] = [:]

    init(
        eventLoop: any EventLoop, client: HTTPClient, threads: NIOThreadPool, speech: SpeechDesk, folders: [String],
        downloadLimit: TimeAmount
    ) {
        self.folders = folders.map { URL(filePath: $0).resolvingSymlinksInPath().path }
        self.eventLoop = eventLoop
        web = WholeAnswer(client: client, limit: downloadLimit, largest: Self.largestFile)
        self.threads = threads
        self.speech = speech
    }

    /// The sound behind an http, https or file URL; fails with a ``SoundFailure``.
    func clip(url: String) -> EventLoopFuture<PCMClip> {
        cached(.url(url)) {
            if let path = Self.localPath(url) {
                let folders = self.folders
                return self.decode { try Self.contents(ofFile: path, within: folders) }
            }
            guard Self.isWeb(url) else {
                return self.eventLoop.makeFailedFuture(SoundFailure.malformedURL)
            }
            return self.download(SoundRequest(url: url)).assumeIsolated().flatMap { bytes in self.decode { bytes } }
                .nonisolated()
        }
    }

    /// The sound of a request; only one without method, headers and body of its own is remembered.
    func clip(_ request: SoundRequest) -> EventLoopFuture<PCMClip> {
        let isPlain = request.method.uppercased() == "GET" && request.headers.isEmpty && request.body.isEmpty
        guard !isPlain, Self.isWeb(request.url) else { return clip(url: request.url) }
        guard Self.isToken(request.method), request.headers.allSatisfy({ Self.isToken($0) && Self.isFieldValue($1) })
        else {
            return eventLoop.makeFailedFuture(SoundFailure.malformedRequest)
        }
        return download(request).assumeIsolated().flatMap { bytes in self.decode { bytes } }.nonisolated()
    }

    private static func isWeb(_ url: String) -> Bool { url.hasPrefix("http://") || url.hasPrefix("https://") }

    /// A name as HTTP spells it (RFC 9110 section 5.6.2).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// The spoken text; fails with a ``SoundFailure``.
    func speech(_ request: SpeechRequest) -> EventLoopFuture<PCMClip> {
        cached(.speech(request)) {
            self.speech.speak(request).assumeIsolated().flatMap { bytes in self.decode { bytes } }.nonisolated()
        }
    }

    private func cached(_ key: Key, load: () -> EventLoopFuture<PCMClip>) -> EventLoopFuture<PCMClip> {
        let now = NIODeadline.now()
        if var entry = entries[key], now - entry.loaded < Self.freshness {
            entry.used = now
            entries[key] = entry
            return eventLoop.makeSucceededFuture(entry.clip)
        }
        if let running = loading[key] { return running }
        let future = load()
        loading[key] = future
        future.assumeIsolated().whenComplete { result in
            self.loading[key] = nil
            if case .success(let clip) = result { self.keep(clip, as: key) }
        }
        return future
    }

    private func keep(_ clip: PCMClip, as key: Key) {
        let now = NIODeadline.now()
        entries[key] = Entry(clip: clip, loaded: now, used: now)
        var total = entries.values.reduce(0) { $0 + $1.clip.samples.count }
        while total > Self.keptSamples, entries.count > 1,
            let oldest = entries.min(by: { $0.value.used < $1.value.used })
        {
            total -= oldest.value.clip.samples.count
            entries[oldest.key] = nil
        }
    }

    private func decode(_ bytes: @escaping @Sendable () throws -> [UInt8]) -> EventLoopFuture<PCMClip> {
        threads.runIfActive(eventLoop: eventLoop) {
            let contents = try bytes()
            do {
                return try AudioDecoder().decode(contents)
            } catch {
                throw SoundFailure.notAudio("\(error)")
            }
        }
    }

    private func download(_ request: SoundRequest) -> EventLoopFuture<[UInt8]> {
        let (web, request) = (web, HTTPClientRequest(request))
        return eventLoop.makeFutureWithTask {
            do {
                return Array(buffer: try await web.fetch(request))
            } catch let failure as WholeAnswer.Failure {
                throw SoundFailure(failure)
            }
        }
    }

    private static func localPath(_ url: String) -> String? {
        guard url.hasPrefix("file://") else { return nil }
        return URL(string: url)?.path
    }

    private static func contents(ofFile path: String, within folders: [String]) throws -> [UInt8] {
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        guard folders.contains(where: { path.hasPrefix($0 + "/") }) else {
            throw SoundFailure.unreachable("the folder is not open to scenarios")
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        guard size <= largestFile else { throw SoundFailure.tooLarge(limit: largestFile) }
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw SoundFailure.unreachable("the file cannot be read")
        }
    }
}

extension HTTPClientRequest {
    fileprivate init(_ request: SoundRequest) {
        self.init(url: request.url)
        method = HTTPMethod(rawValue: request.method.uppercased())
        for (name, value) in request.headers { headers.replaceOrAdd(name: name, value: value) }
        if !request.body.isEmpty { body = .bytes(request.body) }
    }
}
