import Billing
import Foundation
import Testing

@testable import Switchboard

/// A price list that changes while the platform runs.
@Suite struct TariffReloadTests {
    private static func list(_ price: String) -> String {
        "currency,direction,kind,prefix,group,price\nEUR,outgoing,pstn,49,Germany,\(price)\n"
    }

    private static let day = TariffDay(number: 20_000)

    @Test func aListIsReadAgainWhenItHasChangedAndAWrongOneIsToldOnce() async throws {
        let path = NSTemporaryDirectory() + "prices-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ price: String) throws {
            try Self.list(price).write(toFile: path, atomically: true, encoding: .utf8)
        }
        try write("0.1")
        let settings = try await ConfigurationLoader(
            file: nil, environment: [:], arguments: ["--voice-tariffs", path]
        ).load()
        let watch = TariffWatch(settings: settings)
        #expect(try watch.changed() == nil)
        try write("0.125")
        let book = try #require(try watch.changed())
        let price = try book.tariff(.eur).price(.outgoing, .pstn("4930"), on: Self.day)
        #expect(price.perMinute.decimalText == "0.125")
        #expect(try watch.changed() == nil)
        try write("cheap")
        #expect { try watch.changed() } throws: { "\($0)".contains("line 2: column 'price'") }
        #expect(try watch.changed() == nil)
        try write("0.12")
        #expect(try watch.changed() != nil)
    }
}
