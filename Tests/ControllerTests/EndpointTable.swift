import AsyncHTTPClient
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import RequestSigning
import Storage

@testable import Controller

/// Every door of the controller, read from the controller itself, and everybody who may knock at one.
struct EndpointTable {
    enum Caller: CaseIterable {
        case nobody, wrongToken, portal, scenario, paymentSystem, viewer, publisher, administrator, support, dismissed

        var role: StaffRole? {
            switch self {
            case .viewer: .viewer
            case .publisher: .publisher
            case .administrator: .administrator
            case .support: .support
            default: nil
            }
        }
    }

    /// An endpoint, or one command of an endpoint that has many.
    struct Door: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var body: String
        var work: Endpoint.Work
        var name: String

        var direction: RequestKey.Direction? {
            if case .signed(let direction, _) = work { direction } else { nil }
        }

        /// Whoever belongs to the staff is told which role it takes, strangers nothing.
        func refusal(of caller: Caller) -> String {
            guard case .staff(let role, _) = work, let own = caller.role else { return RefusalTests.refusal }
            let message =
                "this needs a token of the role \(role.rawValue); the one given is that of \(own.rawValue), "
                + own.rawValue
            return #"{"error":{"code":"REFUSED","msg":"\#(message)"}}"#
        }

        func admits(_ caller: Caller) -> Bool {
            switch work {
            // A token in the path is the proof, and nobody here has one.
            case .open: !name.contains(":token")
            case .signed(.portalToController, _): caller == .portal
            case .signed: caller == .scenario
            case .payment: caller == .paymentSystem
            case .staff(let role, _): caller.role?.permits(role) ?? false
            }
        }
    }

    var doors: [Door]
    var commands: [String]
    var endpoints: [Endpoint]

    static func read() async throws -> EndpointTable {
        let folder = FileManager.default.temporaryDirectory.path + "/endpoints-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database.open(path: folder + "/controller.sqlite")
        defer { try? database.close() }
        let tools = try ControllerTools(
            configuration: World.configuration(
                World.Setting(), .sqlite(path: ":none:"), folder, platformBase: "http://127.0.0.1:1", portalPort: 1),
            database: database, http: .shared, clock: ContinuousClock(), now: { Moment(milliseconds: 0) },
            logger: Logger(label: "table"))
        let parts = ControllerParts(tools)
        let commands = parts.commands.map(\.name)
        return EndpointTable(
            doors: parts.routes.endpoints.flatMap { doors(of: $0, commands) }, commands: commands,
            endpoints: parts.routes.endpoints)
    }

    private static func doors(of endpoint: Endpoint, _ commands: [String]) -> [Door] {
        func door(_ path: String, _ body: String, _ name: String) -> Door {
            Door(method: endpoint.method, path: "/" + path, body: body, work: endpoint.work, name: name)
        }
        switch endpoint.path {
        case "portal/:command":
            return (commands + ["Unknown"]).map { door("portal/\($0)", #"{"USER_ID":67}"#, "portal/\($0)") }
        case "scenario":
            return (ScenarioEndpoint.Command.allCases.map(\.rawValue) + ["Unknown"]).map {
                door("scenario", "COMMAND=\($0)&CALL_ID=a&ACCOUNT_SEARCH_ID=test", "scenario \($0)")
            }
        case "payments/:system":
            let body = #"{"payment_id":"payment-1","order":"P234567892345","amount":"1","currency":"RUB"}"#
            return [door("payments/bank", body, "payments/bank")]
        case let path:
            // What varies names nothing that exists: whoever is let in is told so.
            let filled = path.split(separator: "/").map { $0.hasPrefix(":") ? "none" : String($0) }
            return [door(filled.joined(separator: "/"), "", "\(endpoint.method.rawValue) \(path)")]
        }
    }

    /// A token for each role, and one of somebody who has been shut out.
    static func staff(_ world: World) async throws -> [Caller: String] {
        var tokens: [Caller: String] = [.wrongToken: World.token + "x"]
        for caller in Caller.allCases {
            guard let role = caller.role ?? (caller == .dismissed ? .administrator : nil) else { continue }
            let answer = try await world.administer(
                "/admin/staff", #"{"name":"\#(caller)","role":"\#(role.rawValue)"}"#)
            tokens[caller] = answer.json?["token"]?.string
        }
        _ = try await world.administer("/admin/staff/dismissed/disable", "")
        return tokens
    }
}

extension EndpointTable.Door {
    func knock(
        _ world: World, as caller: EndpointTable.Caller, _ tokens: [EndpointTable.Caller: String]
    ) async throws -> World.Answer {
        switch caller {
        case .portal: try await world.send(path, body, World.Signing(direction: .portalToController), method)
        case .scenario: try await world.send(path, body, World.Signing(direction: .scenarioToController), method)
        case .paymentSystem: try await world.callBack(path, body, World.PaymentSigning(), method)
        default: try await world.bear(tokens[caller], path, body, method)
        }
    }
}
