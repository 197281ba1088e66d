import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// Calls as an employee's browser sees them: events, buttons, history.
struct CallRoutes {
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/events") { request, _ in try await events(request) }
        router.get("api/calls") { request, _ in
            _ = try await parts.employee(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let before = try Exchange.number("before", request, in: 1...Int64.max, fallback: .max)
            let calls = try await parts.database.read { transaction in
                try CallStore(transaction: transaction).history(before: before, limit: Int(limit))
            }
            return try Exchange.answer(["calls": .list(calls)])
        }
        router.get("api/calls/:call/recording") { request, context in
            _ = try await parts.employee(request)
            return try Exchange.answer(try await recording(context))
        }
        for button in CallButton.allCases {
            router.post(RouterPath("api/calls/:call/\(button.rawValue)")) { request, context in
                try await press(button, request, context)
            }
        }
    }

    /// A link to the call's recording, which ends after an hour; the controller makes it.
    func recording(_ context: BasicRequestContext) async throws -> JSONValue {
        let none = PortalRefusal(.callNotFound, "the call has no recording")
        guard let name = context.parameters.get("call")?.removingPercentEncoding, let id = CallID(rawValue: name),
            try await parts.database.read({ try CallStore(transaction: $0).hasRecording(id) })
        else { throw none }
        do {
            return try await parts.controller.ask("GetRecordingLink", ["CALL_ID": .text(id.rawValue)])
        } catch ControllerFailure.refused(code: "CALL_NOT_FOUND", message: _) {
            throw none
        }
    }

    /// Server-sent events; calls that ring already come first, so that a page opened late shows them.
    private func events(_ request: Request) async throws -> Response {
        let employee = try await parts.employee(request)
        let stream = parts.hub.subscribe(employee.id)
        let waiting = try await parts.database.read { transaction in
            let lines = LineStore(transaction: transaction)
            return try CallStore(transaction: transaction).waiting(for: employee.id).map { call in
                let title = try lines.find(anyOf: [call.line])?.title ?? call.line
                return PortalEvent(name: .invite, data: call.json(lineTitle: title))
            }
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: ": connected\n\n"))
            for event in waiting { try await writer.write(ByteBuffer(string: try event.serverSent())) }
            for await item in stream {
                let text =
                    switch item {
                    case .event(let event): try event.serverSent()
                    case .keepAlive: ": alive\n\n"
                    }
                try await writer.write(ByteBuffer(string: text))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func press(_ button: CallButton, _ request: Request, _ context: BasicRequestContext) async throws
        -> Response
    {
        let employee = try await parts.employee(request)
        let unknown = PortalRefusal(.callNotFound, "the call is over, or does not ring for you")
        guard let name = context.parameters.get("call")?.removingPercentEncoding, let id = CallID(rawValue: name) else {
            throw unknown
        }
        let isHis = try await parts.database.read { transaction in
            let calls = CallStore(transaction: transaction)
            guard let call = try calls.find(id), call.status != .finished else { return false }
            return try calls.invited(to: id).contains(employee.id)
        }
        guard isHis else { throw unknown }
        do {
            try await parts.controller.ask("CallCommand", button.body(call: id, employee: employee.id))
        } catch ControllerFailure.refused(code: "CALL_NOT_FOUND", message: _) {
            throw unknown
        }
        if button == .answer {
            parts.hub.send(PortalEvent(name: .answerSelf, data: id.json), to: employee.id)
        }
        return try Exchange.answer(["result": "OK"])
    }
}
