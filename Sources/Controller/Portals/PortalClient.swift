import CRM
import Foundation

/// Sends commands to a portal: `POST /telephony/<Command>`.
struct PortalClient: Sendable {
    let signed: SignedClient
    let limit: Duration

    /// Sends one command and gives the answer's text.
    ///
    /// - Throws: `ControllerError` with `portalAway` when it cannot be reached or fails, `lineUnknown` when its answer
    ///   is an error of its own.
    func send(_ command: String, _ body: JSONValue) async throws(ControllerError) -> Data {
        let answer: Data
        do throws(SignedClient.Failure) {
            answer = try await signed.post("/telephony/\(command)", json: Data(body.encoded.utf8), limit: limit)
        } catch {
            throw Self.error(error)
        }
        guard let json = JSONValue(answer) else { return answer }
        if json["error"] != nil || json["ERROR"] != nil {
            throw ControllerError(.lineUnknown, "the portal refused the command \(command)")
        }
        return answer
    }

    private static func error(_ failure: SignedClient.Failure) -> ControllerError {
        switch failure {
        case .unreachable(let reason): ControllerError(.portalAway, "the portal cannot be reached: \(reason)")
        case .status(404, let body) where JSONValue(body)?["error"] != nil:
            ControllerError(.lineUnknown, "the portal does not know what was asked for")
        case .status(let status, _): ControllerError(.portalAway, "the portal answered with status \(status)")
        case .tooLong: ControllerError(.portalAway, "the portal's answer is too long")
        }
    }
}
