import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Storage
import Testing

@testable import Controller
@testable import Switchboard

/// What a real call leaves at the controller: its recording behind a link, and its place in the totals.
@Suite(.serialized) struct HistoryCallTests {
    @Test func aCallIsCountedAndItsRecordingIsServedByALink() async throws {
        try await TestInstallation.run { installation in
            let report = try await installation.demo.call { _ in }
            let whole = try Data(contentsOf: URL(filePath: report.recording))
            try #require(whole.count > 1000)
            let link = try await link(installation, call: try #require(report.history["CALL_ID"] as? String))
            let (answer, body) = try await get(link, installation)
            #expect(answer.status == .ok)
            #expect(answer.headers.first(name: "Content-Type") == "audio/mpeg")
            #expect(body == whole)
            let (part, middle) = try await get(link, installation, range: "bytes=100-199")
            #expect(part.status == .partialContent)
            #expect(middle == whole.subdata(in: 100..<200))
            try await checkTotals(installation, report)
        }
    }

    /// As the controller makes it for the portal, whose key of links is in the controller's database.
    private func link(_ installation: TestInstallation, call: String) async throws -> String {
        let database = try Database.open(path: "\(installation.directory)/controller/controller.sqlite")
        defer { try? database.close() }
        let links = RecordingLinks(
            database: database,
            secrets: try StoredSecrets(key: Secret(try Secrets.loadOrMake(in: installation.directory).storageKey)),
            publicURL: installation.settings.url("controller"))
        return try await links.address(
            .init(
                portal: PortalID(rawValue: installation.settings.text("portal.id")),
                call: try #require(CallKey(rawValue: call)),
                expiresAt: Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 600_000)))
    }

    private func get(
        _ url: String, _ installation: TestInstallation, range: String? = nil
    ) async throws -> (HTTPClientResponse, Data) {
        var request = HTTPClientRequest(url: url)
        if let range { request.headers.add(name: "Range", value: range) }
        let response = try await installation.demo.installation.client.execute(request, timeout: .seconds(20))
        return (response, Data(buffer: try await response.body.collect(upTo: 1 << 24)))
    }

    private func checkTotals(_ installation: TestInstallation, _ report: DemoReport) async throws {
        let client = OperatorClient(
            url: installation.settings.url("controller"),
            token: installation.demo.installation.secrets.operatorToken, client: installation.demo.installation.client)
        let answer = try await client.totals(
            portal: installation.settings.text("portal.id"), by: "employee", from: "2020-01-01", to: "2100-01-01")
        let totals = try #require(answer["totals"] as? [[String: Any]])
        #expect(totals.count == 1)
        #expect(totals.first?["subject"] as? String == "67")
        #expect(totals.first?["answered"] as? Int == 1)
        #expect("\(totals.first?["talk_seconds"] ?? "")" == report.history["CALL_DURATION"] as? String)
    }
}
