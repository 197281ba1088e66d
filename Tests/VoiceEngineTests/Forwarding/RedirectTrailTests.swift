import SIP
import Testing

@testable import VoiceEngine

@Suite("Whom a redirection may name")
struct RedirectTrailTests {
    private func contact(_ text: String) throws -> NameAddress { try NameAddress(parsing: text) }

    private func trail(dialled: String = "sip:67@app.acme.test") throws -> RedirectTrail {
        RedirectTrail(dialled: try SIPURI(parsing: dialled), domain: "app.acme.test", ownHosts: ["192.0.2.1"])
    }

    @Test("Users of the own domain and of this platform's address are followed, others are not")
    func policy() throws {
        var trail = try trail()
        let contacts = try [
            "<sip:68@app.acme.test>", "<sip:69@192.0.2.1:5060>", "<sip:70@elsewhere.example>", "<tel:+79990000000>",
            "<sip:app.acme.test>", "<http://app.acme.test/>", "<sip:71@APP.acme.test>;q=0.1",
        ].map { try contact($0) }
        #expect(trail.follow(contacts) == [.user("68"), .user("69"), .user("71")])
    }

    @Test("A trunk moves a call to its own numbers only, without the fields it puts into the address")
    func trunk() throws {
        var trail = try trail(dialled: "sip:7495@carrier.example:5070")
        let contacts = try ["<sip:7496@carrier.example:5071?Route=evil>", "<sip:7497@other.example>"].map {
            try contact($0)
        }
        #expect(trail.follow(contacts) == [.address(try SIPURI(parsing: "sip:7496@carrier.example:5071"))])
    }

    @Test("The callee's preference decides the order")
    func preference() throws {
        var trail = try trail()
        let contacts = try [("68", "0.3"), ("69", "0.9"), ("70", "7")].map {
            try contact("<sip:\($0.0)@app.acme.test>;q=\($0.1)")
        }
        #expect(trail.follow(contacts) == [.user("70"), .user("69"), .user("68")])
    }

    @Test("Nobody is called twice, and a ring of forwardings ends")
    func loops() throws {
        var trail = try trail()
        #expect(trail.follow([try contact("<sip:67@app.acme.test>")]).isEmpty)
        #expect(trail.follow([try contact("<sip:68@app.acme.test>")]) == [.user("68")])
        #expect(trail.follow([try contact("<sip:67@app.acme.test>")]).isEmpty)
        var endless = try self.trail()
        let followed = try (100..<200).map { try endless.follow([contact("<sip:\($0)@app.acme.test>")]).count }
        #expect(followed.reduce(0, +) == RedirectTrail.mostRedirections)
        var wide = try self.trail()
        let many = try (100..<200).map { try contact("<sip:\($0)@app.acme.test>") }
        #expect(wide.follow(many).count < RedirectTrail.mostTargets)
    }
}
