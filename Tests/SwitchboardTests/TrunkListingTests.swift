import Foundation
import Testing

@testable import Switchboard

@Suite struct TrunkListingTests {
    private static func lines(_ text: String) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return TrunkListing.lines(try #require(object as? [String: Any]))
    }

    @Test func everythingThatIsKnownIsSaid() throws {
        let lines = try Self.lines(
            """
            {"result": [
              {"trunk_name": "carrier", "may_register": false, "contacts": [], "servers": [
                {"host": "sip.carrier.example", "transport": "tls",
                 "registration": {"state": "registered", "ends": "2026-03-01 10:00:00",
                                  "next_attempt": "2026-03-01 09:54:00"},
                 "places": [
                  {"address": "192.0.2.1", "port": 5061, "state": "up", "since": "2026-03-01 08:00:00",
                   "last_answer": "2026-03-01 09:00:00"},
                  {"address": "2001:db8::1", "port": 5061, "state": "resting", "since": "2026-03-01 08:30:00",
                   "rest_ends": "2026-03-01 09:01:00"}]},
                {"host": "192.0.2.9", "port": 5080, "transport": "udp",
                 "registration": {"state": "failed", "last_failure": 403, "next_attempt": "2026-03-01 09:30:00"},
                 "places": [{"state": "unknown"}]}]},
              {"trunk_name": "branch", "may_register": true, "servers": [], "contacts": [
                {"uri": "sip:b@10.0.0.1", "address": "192.0.2.7", "port": 40000, "transport": "tcp",
                 "ends": "2026-03-01 09:10:00", "user_agent": "PBX"}]},
              {"trunk_name": "away", "may_register": true, "servers": [], "contacts": []},
              {"trunk_name": "peer", "may_register": false, "servers": [], "contacts": []}
            ], "count": 4, "total_count": 4}
            """)
        #expect(
            lines == [
                "carrier",
                "  server sip.carrier.example (tls), registered until 2026-03-01 10:00:00, next attempt "
                    + "2026-03-01 09:54:00",
                "    192.0.2.1:5061: up since 2026-03-01 08:00:00, last answer 2026-03-01 09:00:00",
                "    [2001:db8::1]:5061: resting since 2026-03-01 08:30:00 until 2026-03-01 09:01:00",
                "  server 192.0.2.9:5080 (udp), failed with 403, next attempt 2026-03-01 09:30:00",
                "    nobody knows where: unknown", "branch",
                "  registered here as sip:b@10.0.0.1 from 192.0.2.7:40000 (tcp) until 2026-03-01 09:10:00", "away",
                "  has not registered here", "peer", "  only brings calls",
            ])
    }

    @Test func withoutTrunksThatIsSaid() throws {
        #expect(try Self.lines("{\"result\": []}") == ["no trunks"])
        #expect(TrunkListing.lines([:]) == ["no trunks"])
    }
}
