import ArgumentParser
import Foundation

/// How a command of the operator asks the controller and shows the answer: as it came, or in lines for people.
struct OperatorOptions: ParsableArguments {
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var configuration: ConfigurationOptions

    func ask<Answer>(_ question: (OperatorClient) async throws -> Answer) async throws -> Answer {
        try await OperatorSession.run(try await configuration.settings(), question)
    }

    func show(
        _ lines: ([String: Any]) -> [String], of question: (OperatorClient) async throws -> [String: Any]
    ) async throws {
        try show(try await ask(question), lines)
    }

    func show(_ answer: [String: Any], _ lines: ([String: Any]) -> [String]) throws {
        guard !json else { return print(try JSONText.pretty(answer)) }
        for line in lines(answer) { print(line) }
    }
}

/// Fields of the controller's answers, for people.
enum AnswerText {
    /// Fields of a row in one line; a hyphen stands for what is missing.
    static func line(_ row: [String: Any], _ fields: [String], at time: Int? = nil) -> String {
        let texts = fields.map { field in row[field].flatMap { $0 is NSNull ? nil : "\($0)" } ?? "-" }
        guard let time else { return texts.joined(separator: "  ") }
        return ([instant(time)] + texts).joined(separator: "  ")
    }

    /// Seconds since 1970 in UTC.
    static func instant(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    /// How the next page is asked for, where there is one.
    static func more(_ next: Any?, _ option: String) -> [String] {
        guard let next, !(next is NSNull) else { return [] }
        return ["More with \(option) \(next)"]
    }

    static func rows(_ answer: [String: Any], _ name: String) -> [[String: Any]] {
        answer[name] as? [[String: Any]] ?? []
    }
}
