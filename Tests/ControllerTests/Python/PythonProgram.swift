import Foundation
import TestProcesses
import Testing

@testable import Controller

/// A Python program of the tests, spoken to by lines.
final class PythonProgram: Sendable {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    private let process: Process
    private let input = Pipe()
    private let lines: AsyncStream<String>
    private let ended = Promise<Void>()

    /// - Parameter name: Of a file in this folder.
    init(_ name: String, _ arguments: [String]) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.folder.appending(path: name).path] + arguments
        process.standardInput = input
        process.standardOutput = output
        let (stream, announce) = AsyncStream.makeStream(of: String.self)
        lines = stream
        let reading = Thread {
            let file = output.fileHandleForReading
            var (rest, octets) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
            while true {
                let count = read(file.fileDescriptor, &octets, octets.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                rest += octets[..<count]
                while let end = rest.firstIndex(of: 10) {
                    announce.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeFirst(end + 1)
                }
            }
            announce.finish()
        }
        process.terminationHandler = { [ended] _ in ended.fulfil(()) }
        try process.start()
        reading.start()
    }

    func say(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    func line() async throws -> String {
        var iterator = lines.makeAsyncIterator()
        return try #require(await iterator.next())
    }

    /// By a word: the pipe's end is inherited by programs that start at the same time, so its close says nothing.
    func end() async {
        try? say("end")
        await hasEnded()
    }

    func hasEnded() async { await ended.value }
}
