import AsyncHTTPClient
import Foundation
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
        let answer: MatchesAnswer = try await ask("/crm/find", ["phone": number.digits])
        return answer.matches
    }

    public func employees() async throws(CRMError) -> [CRMEmployee] {
        let answer: EmployeesAnswer = try await ask("/crm/employees", [:])
        return answer.employees.map(\.employee)
    }

    private func ask<Answer: Decodable>(_ path: String, _ question: [String: String]) async throws(CRMError) -> Answer {
        let body: Data
        do {
            let question = try JSONEncoder().encode(question)
            body = try await client.post(path, json: question, limit: limit)
        } catch {
            throw Self.error(error)
        }
        if let refusal = try? JSONDecoder().decode(RefusalAnswer.self, from: body) {
            throw CRMError(.refused, "the portal refused: \(refusal.error.code ?? "no code")")
        }
        do {
            return try Self.decoder.decode(Answer.self, from: body)
        } catch {
            throw CRMError(.wrongAnswer, "the portal's answer to \(path) is not what was agreed: \(Self.place(error))")
        }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private static func error(_ error: any Error) -> CRMError {
        switch error {
        case SignedClient.Failure.unreachable(let reason):
            CRMError(.unreachable, "the portal cannot be reached: \(reason)")
        case SignedClient.Failure.status(let status, _):
            CRMError(.refused, "the portal answered with status \(status), expected 200")
        case SignedClient.Failure.tooLong:
            CRMError(.wrongAnswer, "the portal's answer is longer than \(SignedClient.longestAnswer) bytes")
        default:
            CRMError(.wrongAnswer, "the question could not be written")
        }
    }

    /// The field that is wrong, never its value.
    private static func place(_ error: any Error) -> String {
        let context: DecodingError.Context? =
            switch error {
            case DecodingError.keyNotFound(let key, let context):
                DecodingError.Context(codingPath: context.codingPath + [key], debugDescription: "")
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.dataCorrupted(let context):
                context
            default: nil
            }
        let path = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
        return path.isEmpty ? "no JSON object" : "field \(path)"
    }
}
