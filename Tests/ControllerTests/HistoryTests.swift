import Foundation
import Synchronization
import Testing

@testable import Controller

@Suite struct HistoryTests {
    @Test("A report reaches the portal in its order, once, however often the scenario sends it")
    func once() async throws {
        try await World.run { world async throws in
            _ = try await world.invite()
            for _ in 0..<3 { #expect(try await world.history().text == #"{"result":"OK"}"#) }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            let json = try #require(try await world.call())
            #expect(json["state"] == "closed")
            #expect(json["history"]?["CALL_DURATION"] == "34")
            #expect(json["history_source"] == "scenario")
            #expect(world.portal.told("AddCallHistory").count == 1)
            let body = try #require(world.portal.told("AddCallHistory").first)
            #expect(body["CALL_ID"]?.string == World.callID)
            #expect(body["COMMAND"] == nil)
            #expect(body["HAS_RECORDING"] == "Y")
            let list = try await world.command("GetCallHistory")
            #expect(list.json?["result"]?.elements.count == 1)
            #expect(list.json?["result"]?.elements.first?["HAS_RECORDING"] == "Y")
            #expect(json["history"]?["URL"] == nil && json["history"]?["ACCESS_URL"] == nil)
            // The platform's addresses and identifiers are not the portal's.
            for text in [list.text, body.encoded] {
                #expect(!text.contains("record.example") && !text.contains("log.example"))
                #expect(!text.contains("ACCOUNT_ID") && !text.contains("APPLICATION_ID"))
            }
        }
    }

    @Test(
        "A caller whom the carrier names in its own way is found by every spelling of his number",
        arguments: [
            "89112233444", "79112233444", "+79112233444", "9112233444", "81079112233444",
        ])
    func spellings(carrier: String) async throws {
        try await World.run { world async throws in
            let fields = [("CALL_ID", World.callID), ("PHONE_NUMBER", carrier), ("CALL_STATUS", "false")]
            _ = try await world.scenario("AddCallHistory", fields)
            for text in ["89112233444", "+7 911 223-34-44", "8 (911) 223-34-44", "79112233444", "9112233444"] {
                let found = try await world.command("FindCalls", ["PHONE_NUMBER": .text(text)])
                #expect(found.json?["result"]?.elements.count == 1, "\(text)")
            }
            let other = try await world.command("FindCalls", ["PHONE_NUMBER": "89112233445"])
            #expect(other.json?["result"] == [])
        }
    }

    @Test("What the portal did not take is sent again until it does")
    func retry() async throws {
        try await World.run { world async throws in
            world.portal.state.withLock { $0.failures["AddCallHistory"] = 3 }
            _ = try await world.history()
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            #expect(world.portal.told("AddCallHistory").count == 1)
            #expect(world.portal.state.withLock { $0.failures["AddCallHistory"] } == 0)
        }
    }

    @Test("A report outlives the controller that took it")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        setting.portal.state.withLock { $0.failures["AddCallHistory"] = .max }
        try await World.run(setting) { _ = try await $0.history() }
        #expect(setting.portal.told("AddCallHistory").isEmpty)
        setting.portal.state.withLock { $0.failures = [:] }
        try await World.run(setting) { world async throws in
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            _ = try await world.history()
            #expect(world.portal.told("AddCallHistory").count == 1)
        }
    }

    @Test("The portal of one call never sees another portal's history")
    func isolation() async throws {
        try await World.run { world async throws in
            _ = try await world.history()
            #expect(try await world.command("GetCallHistory", portal: "other").json?["result"] == [])
        }
    }

    @Test(
        "Pauses double up to the longest", arguments: [(Int64(1), 1), (2, 2), (3, 4), (9, 256), (10, 300), (.max, 300)])
    func backOff(attempt: Int64, seconds: Int) {
        let backOff = BackOff(first: .seconds(1), longest: .seconds(300))
        #expect(backOff.pause(afterAttempt: attempt) == .seconds(seconds))
    }
}
