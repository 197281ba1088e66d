import AsyncHTTPClient
import Foundation
import Media
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches, decodes and remembers what scenarios play; used on one event loop only.
final class SoundLibrary {
    static let largestFile = 10 << 20
    static let downloadLimit = TimeAmount.seconds(12)
    /// Decoded samples that are kept at the most: about an hour of 8 kHz sound.
    static let keptSamples = 30_000_000
    static let freshness = TimeAmount.minutes(10)

    private struct Entry {
        let clip: PCMClip
        let loaded: NIODeadline
        var used: NIODeadline
    }

    private let eventLoop: any EventLoop
    private let client: HTTPClient
    private let threads: NIOThreadPool
    private let speech: any SpeechSynthesizer
    /// Folders that file URLs may point into; a scenario must not read the rest of the disk.
    private let folders: [String]
    private var entries: [String: Entry] = [:]
    private var loading: [String: EventLoopFuture<PCMClip>] = [:]

    init(
        eventLoop: any EventLoop, client: HTTPClient, threads: NIOThreadPool, speech: any SpeechSynthesizer,
        folders: [String]
    ) {
        self.folders = folders.map { URL(filePath: $0).resolvingSymlinksInPath().path }
        self.eventLoop = eventLoop
        self.client = client
        self.threads = threads
        self.speech = speech
    }

    /// The sound behind an http, https or file URL; fails with a ``SoundFailure``.
    func clip(url: String) -> EventLoopFuture<PCMClip> {
        cached("url:" + url) {
            if let path = Self.localPath(url) {
                let folders = self.folders
                return self.decode { try Self.contents(ofFile: path, within: folders) }
            }
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
                return self.eventLoop.makeFailedFuture(SoundFailure.malformedURL)
            }
            return self.download(url).assumeIsolated().flatMap { bytes in self.decode { bytes } }.nonisolated()
        }
    }

    /// The spoken text; fails with a ``SoundFailure``.
    func speech(text: String, language: String) -> EventLoopFuture<PCMClip> {
        cached("say:\(language):\(text)") {
            let speech = self.speech
            return self.decode {
                do {
                    return try speech.speak(text, language: language)
                } catch {
                    throw SoundFailure.speech("\(error)")
                }
            }
        }
    }

    private func cached(_ key: String, load: () -> EventLoopFuture<PCMClip>) -> EventLoopFuture<PCMClip> {
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

    private func keep(_ clip: PCMClip, as key: String) {
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

    private func download(_ url: String) -> EventLoopFuture<[UInt8]> {
        let client = client
        return eventLoop.makeFutureWithTask {
            do {
                let response = try await client.execute(HTTPClientRequest(url: url), timeout: Self.downloadLimit)
                guard response.status == .ok else { throw SoundFailure.status(Int(response.status.code)) }
                return Array(buffer: try await response.body.collect(upTo: Self.largestFile))
            } catch let failure as SoundFailure {
                throw failure
            } catch {
                throw Self.failure(of: error)
            }
        }
    }

    private static func failure(of error: any Error) -> SoundFailure {
        if error is NIOTooManyBytesError { return .tooLarge(limit: largestFile) }
        guard let known = error as? HTTPClientError else { return .unreachable("no connection") }
        if [.deadlineExceeded, .readTimeout, .connectTimeout].contains(known) { return .timeout }
        if [.invalidURL, .emptyHost].contains(known) { return .malformedURL }
        return .unreachable(known.shortDescription)
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
