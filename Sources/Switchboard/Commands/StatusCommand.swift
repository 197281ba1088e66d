import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// `switchboard status`: exit code 0 when all three systems can do their work, 1 otherwise.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask portal, controller and voice platform whether they can do their work.")

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Print the answers as JSON.") var json = false

    func run() async throws {
        let settings = try await options.settings()
        var answers: [SystemStatus] = []
        for (name, key) in [("portal", "portal"), ("controller", "controller"), ("voice platform", "voice.http")] {
            answers.append(await SystemStatus.ask(name, at: settings.url(key)))
        }
        if json {
            print(try JSONText.pretty(answers.map(\.object)))
        } else {
            for answer in answers { print(answer.line) }
        }
        guard answers.allSatisfy(\.isReady) else { throw ExitCode.failure }
    }
}

/// What a system says of itself at `/ready`.
struct SystemStatus: Sendable, Equatable {
    let name: String
    let url: String
    /// Whether each part is ready; nil when nobody answers, or something else does.
    let parts: [String: Bool]?

    private static let limit = TimeAmount.seconds(5)
    private static let longestAnswer = 1 << 16

    var isReady: Bool { parts.map { $0.values.allSatisfy { $0 } } ?? false }

    /// One line for people.
    var line: String {
        guard let parts else { return "DOWN  \(name): no answer at \(url)" }
        let missing = parts.filter { !$0.value }.keys.sorted().joined(separator: ", ")
        return missing.isEmpty ? "ready \(name): \(url)" : "BUSY  \(name): \(url), without \(missing)"
    }

    var object: [String: Any] {
        ["system": name, "url": url, "ready": isReady, "answers": parts != nil, "parts": parts ?? [:]]
    }

    static func ask(_ name: String, at url: String) async -> SystemStatus {
        guard
            let response = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url + "/ready"), timeout: limit),
            let body = try? await response.body.collect(upTo: longestAnswer)
        else { return SystemStatus(name: name, url: url, parts: nil) }
        return SystemStatus(name: name, url: url, parts: parts(Data(buffer: body)))
    }

    static func parts(_ data: Data) -> [String: Bool]? {
        (try? JSONSerialization.jsonObject(with: data) as? [String: Any])?["parts"] as? [String: Bool]
    }
}
