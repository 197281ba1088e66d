import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// An employee's browser as the portal sees it: logs in, listens for events, presses buttons.
struct EmployeeBrowser: Sendable {
    /// One server-sent event.
    struct Event: Sendable, Equatable {
        var name: String
        /// Fields of the event's JSON that are texts or numbers.
        var data: [String: String]
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let portal: String
    private let client: HTTPClient
    private let token: String

    /// Logs in; throws when the portal refuses.
    static func logIn(
        portal: String, login: String, password: String, client: HTTPClient
    ) async throws -> EmployeeBrowser {
        let body = try JSONSerialization.data(withJSONObject: ["login": login, "password": password])
        let answer = try await request(
            "\(portal)/api/login", method: .POST, token: nil, body: body, client: client)
        guard let token = answer["token"] as? String else {
            throw Failure(description: "The portal did not let \(login) in.")
        }
        return EmployeeBrowser(portal: portal, client: client, token: token)
    }

    func get(_ path: String) async throws -> [String: Any] {
        try await Self.request(portal + path, method: .GET, token: token, body: nil, client: client)
    }

    func post(_ path: String, _ fields: [String: String] = [:]) async throws {
        let body = try JSONSerialization.data(withJSONObject: fields)
        _ = try await Self.request(portal + path, method: .POST, token: token, body: body, client: client)
    }

    func patch(_ path: String, _ fields: [String: String]) async throws {
        let body = try JSONSerialization.data(withJSONObject: fields)
        _ = try await Self.request(portal + path, method: .PATCH, token: token, body: body, client: client)
    }

    /// Presses a button of a call's card: received, answer, ready, skip.
    func press(_ button: String, call: String) async throws {
        let name = call.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? call
        try await post("/api/calls/\(name)/\(button)")
    }

    /// The employee's events until the task is cancelled or the portal ends the stream.
    func events() async throws -> AsyncThrowingStream<Event, any Error> {
        var request = HTTPClientRequest(url: "\(portal)/api/events")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response = try await client.execute(request, timeout: .hours(24))
        guard response.status == .ok else {
            throw Failure(description: "The portal answered \(response.status.code) to the request for events.")
        }
        return AsyncThrowingStream { continuation in
            let task = Task {
                var parser = ServerSentEvents()
                do {
                    for try await part in response.body {
                        for event in parser.read(String(buffer: part)) { continuation.yield(event) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private static func request(
        _ url: String, method: HTTPMethod, token: String?, body: Data?, client: HTTPClient
    ) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: body))
        }
        let response = try await client.execute(request, timeout: .seconds(20))
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 22))
        guard (200..<300).contains(response.status.code) else {
            throw Failure(
                description:
                    "\(url) answered \(response.status.code): \(String(decoding: data.prefix(300), as: UTF8.self))")
        }
        return (try JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }
}

/// Reads the text of an event stream piece by piece.
struct ServerSentEvents {
    private var rest = ""

    mutating func read(_ text: String) -> [EmployeeBrowser.Event] {
        rest += text
        var events: [EmployeeBrowser.Event] = []
        while let end = rest.range(of: "\n\n") {
            if let event = Self.event(rest[..<end.lowerBound]) { events.append(event) }
            rest.removeSubrange(..<end.upperBound)
        }
        return events
    }

    private static func event(_ block: Substring) -> EmployeeBrowser.Event? {
        var name: String?
        var data: [String: String] = [:]
        for line in block.split(separator: "\n") {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            guard line.hasPrefix("data: "),
                let object = try? JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8)) as? [String: Any]
            else { continue }
            for (key, value) in object where value is String || value is NSNumber { data[key] = "\(value)" }
        }
        return name.map { EmployeeBrowser.Event(name: $0, data: data) }
    }
}
