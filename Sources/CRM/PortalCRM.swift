import AsyncHTTPClient
import Foundation
import JSONText
import PhoneNumbers
import RequestSigning

/// The CRM of a portal, asked over HTTP with signed requests: `POST /crm/find`, `POST /crm/employees`.
public struct PortalCRM: CRMPort {
    private let client: SignedClient
    private let limit: Duration

    /// - Parameter limit: When a question is given up; independent of how long a caller wants to wait.
    public init(client: SignedClient, limit: Duration = .seconds(10)) {
        self.client = client
        self.limit = limit
    }

    public func find(_ number: PhoneNumber) async throws(CRMError) -> CRMMatches {
        try await ask("/crm/find", #"{"phone":"\#(number.digits)"}"#, CRMMatches.init)
    }

    public func employees() async throws(CRMError) -> [CRMEmployee] {
        // `{"employees":[…]}`, or the list alone.
        try await ask("/crm/employees", "{}") { answer throws(AnswerField.Wrong) in
            if case .list = answer.value { return try CRMEmployee.list(answer) }
            return try CRMEmployee.list(answer["employees"])
        }
    }

    /// One question for both; a portal that knows only the number's part leaves the employees out.
    public func findWithEmployees(
        _ number: PhoneNumber
    ) async throws(CRMError) -> (matches: CRMMatches, employees: [CRMEmployee]?) {
        let question = #"{"employees":true,"phone":"\#(number.digits)"}"#
        return try await ask("/crm/find", question) { answer throws(AnswerField.Wrong) in
            let employees = answer["employees"]
            return (try CRMMatches(answer), employees.isNull ? nil : try CRMEmployee.list(employees))
        }
    }

    private func ask<Answer>(
        _ path: String, _ question: String, _ read: (AnswerField) throws(AnswerField.Wrong) -> Answer
    ) async throws(CRMError) -> Answer {
        let body: Data
        do throws(SignedClient.Failure) {
            body = try await client.post(path, json: Data(question.utf8), limit: limit)
        } catch {
            throw Self.error(error)
        }
        guard let json = try? JSONParser.parse(body, as: JSON.self) else { throw Self.wrongAnswer(path, "no JSON") }
        let answer = AnswerField(value: json, path: "")
        if case .object = answer["error"].value {
            throw CRMError(
                .refused, "the portal refused: \((try? answer["error"]["code"].optionalText()) ?? "no code")")
        }
        do throws(AnswerField.Wrong) {
            return try read(answer)
        } catch {
            throw Self.wrongAnswer(
                path, "\(error.path.isEmpty ? "it" : "field \(error.path)") must be \(error.expected)")
        }
    }

    private static func wrongAnswer(_ path: String, _ reason: String) -> CRMError {
        CRMError(.wrongAnswer, "the portal's answer to \(path) is not what was agreed: \(reason)")
    }

    private static func error(_ error: SignedClient.Failure) -> CRMError {
        switch error {
        case .unreachable(let reason): CRMError(.unreachable, "the portal cannot be reached: \(reason)")
        case .status(let status, _):
            CRMError(.refused, "the portal answered with status \(status), expected 200")
        case .tooLong:
            CRMError(.wrongAnswer, "the portal's answer is longer than \(SignedClient.longestAnswer) bytes")
        }
    }
}
