import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Passes a portal's commands on to the running call, at the control address of its session.
struct CommandRelay: Sendable {
    /// The commands that scenarios know.
    static let commands: Set<String> = [
        "wait", "user", "queue", "hold", "unhold", "transfer", "pstn", "voicemail", "hungup", "answer", "busy",
    ]

    let calls: CallStore
    let http: HTTPClient
    let limit: Duration

    /// - Throws: `ControllerError`: `wrongRequest`; `callNotFound` when this portal has no such call or it is over;
    ///   `platformAway`.
    func relay(_ command: Command, to key: CallKey, _ portal: PortalID) async throws {
        guard let call = try await calls.find(key, portal), !call.accessURL.isEmpty else { throw Self.notFound }
        let status: HTTPResponseStatus
        do {
            var request = HTTPClientRequest(url: call.accessURL)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: command.text))
            let response = try await http.execute(request, timeout: TimeAmount(limit))
            // The connection is free again only when the answer has been read.
            _ = try? await response.body.collect(upTo: 1 << 16)
            status = response.status
        } catch {
            throw ControllerError(.platformAway, "the call's session cannot be reached; try again")
        }
        guard status != .notFound else { throw Self.notFound }
        guard (200..<300).contains(status.code) else {
            throw ControllerError(.platformRefused, "the call's session answered with status \(status.code)")
        }
    }

    private static let notFound = ControllerError(.callNotFound, "there is no such call, or it is over")

    /// One command with its text to the character, as scenarios log it.
    struct Command: Sendable, Equatable {
        let text: String

        /// - Throws: `ControllerError` with `wrongRequest`.
        init(_ json: JSONValue) throws(ControllerError) {
            guard let command = json["COMMAND"]?.string, CommandRelay.commands.contains(command) else {
                let known = CommandRelay.commands.sorted().joined(separator: ", ")
                throw ControllerError(.wrongRequest, "COMMAND must be one of \(known)")
            }
            guard let operatorID = json["OPERATOR_ID"]?.int64, operatorID > 0 else {
                throw ControllerError(.wrongRequest, "OPERATOR_ID must be the identifier of an employee")
            }
            var fields = [
                JSONValue.Field(name: "COMMAND", value: .text(command)),
                JSONValue.Field(name: "OPERATOR_ID", value: .text(String(operatorID))),
            ]
            for name in ["USER_ID", "TRANSFER_USER_ID"] {
                guard let value = json[name], value != .null else { continue }
                guard let id = value.int64, id > 0 else {
                    throw ControllerError(.wrongRequest, "\(name) must be the identifier of an employee")
                }
                fields.append(JSONValue.Field(name: name, value: .integer(id)))
            }
            if let number = json["PHONE_NUMBER"]?.string, !number.isEmpty {
                fields.append(JSONValue.Field(name: "PHONE_NUMBER", value: .text(number)))
            }
            text = JSONValue.object(fields).encoded
        }
    }
}
