import Synchronization
import TestOpenAPI
import Testing

@testable import Controller

/// A running controller against its document, by requests that a program of others makes from the document alone.
@Suite(.serialized) struct SchemathesisTests {
    @Test("Right and wrong requests get the answers that the document promises", .timeLimit(.minutes(5)))
    func document() async throws {
        var setting = World.Setting()
        setting.morePortals = [
            PortalAccess(
                id: PortalID(rawValue: "spare"), licenceKey: Secret("SPARE-KEY"), baseURL: "http://127.0.0.1:1")
        ]
        setting.portal.state.withLock { $0.keys.append(World.otherLicence) }
        try await World.run(setting) { world async throws in
            let sam = try await world.supporter("sam")
            let grant = try await world.ask(sam)
            #expect(try await world.grant(grant).status == 200)
            let orders = try await orders(world)
            let report = try await Schemathesis(
                beside: #filePath, server: world.base, tags: ["operator", "controller-signed", "support", "payments"],
                secrets: [
                    "LICENCE_KEY": World.licence, "OPERATOR_TOKEN": World.token, "SUPPORT_TOKEN": sam,
                    "PAYMENT_SECRET": World.bankSecret,
                ], things: ["THE-GRANT": grant, "AN-ORDER": orders[0], "ANOTHER-ORDER": orders[1]]
            ).run()
            #expect(report.status == 0, "\(report.text)")
            // What it sent was let in, so the answers are not all refusals.
            let refusals = world.log.text.split(separator: "\n").filter { $0.contains("request refused") }
            // Codes of the support that are made up are refused, and so is who is no payment system.
            #expect(
                refusals.allSatisfy { $0.contains("[\"endpoint\": support]") || $0.contains("payments") },
                "\(refusals.first ?? "")")
            await world.portal.events.wait { !world.portal.told("SupportLook").isEmpty }
            await world.portal.events.wait { !world.portal.told("PaymentReceived").isEmpty }
        }
    }

    /// Of 250 roubles each.
    private func orders(_ world: World) async throws -> [String] {
        var references: [String] = []
        for name in ["payment-0001", "payment-0002"] {
            let made = try await world.order("250.00", name)
            references.append(try #require(made.json?["result"]?["REFERENCE"]?.string, "\(made)"))
        }
        return references
    }
}
