import NIOCore
import NIOPosix
import SIP
import TestCertificates
import Testing

@testable import VoiceEngine

/// SIP over TLS between two elements on loopback, and what a listener does with those who speak no TLS.
@Suite(.serialized) struct TLSTests {
    @Test func requestsAndAnswersUseOneConnection() async throws {
        try await TLSPair.run(subject: "IP:127.0.0.1") { pair in
            for _ in 0..<3 {
                let response = try await pair.client.options(to: pair.server, name: "127.0.0.1")
                #expect(response?.status == 200)
            }
            let flows = try await pair.server.flows()
            #expect(Set(flows.map(\.connection)).count == 1, "the connection is used again: \(flows)")
            #expect(flows.allSatisfy { $0.transport == .tls })
            let via = try #require(try await pair.server.lastVia())
            #expect(via.transport == "TLS")
        }
    }

    @Test func theServerReachesTheClientOnItsConnection() async throws {
        try await TLSPair.run(subject: "DNS:sip.example") { pair in
            _ = try await pair.client.options(to: pair.server, name: "sip.example")
            let flow = try #require(try await pair.server.flows().first)
            let response = try await pair.server.options(on: flow)
            #expect(response?.status == 200)
        }
    }

    @Test(arguments: ["other.example", "127.0.0.1"]) func aCertificateForAnotherNameIsNotBelieved(name: String)
        async throws
    {
        try await TLSPair.run(subject: "DNS:sip.example") { pair in
            let response = try await pair.client.options(to: pair.server, name: name)
            #expect(response == nil, "nothing was sent to a server of another name")
            let flows = try await pair.server.flows()
            #expect(flows.isEmpty)
            let failures = try await pair.client.failures()
            #expect(failures.count == 1 && failures[0].isOutgoing, "\(failures)")
        }
    }

    @Test func aVerifiedConnectionIsNotUsedUnderAnotherName() async throws {
        try await TLSPair.run(subject: "DNS:sip.example") { pair in
            let right = try await pair.client.options(to: pair.server, name: "sip.example")
            #expect(right?.status == 200)
            let wrong = try await pair.client.options(to: pair.server, name: "other.example")
            #expect(wrong == nil)
        }
    }

    @Test func anExpiredCertificateIsNotBelieved() async throws {
        try await TLSPair.run(subject: "IP:127.0.0.1", isExpired: true) { pair in
            let response = try await pair.client.options(to: pair.server, name: "127.0.0.1")
            #expect(response == nil)
            let failures = try await pair.client.failures()
            #expect(failures.contains { $0.reason.lowercased().contains("certificate") }, "\(failures)")
        }
    }

    @Test func aServerWithoutTLSIsNotSpokenTo() async throws {
        try await TLSPair.run(subject: "IP:127.0.0.1") { pair in
            let response = try await pair.client.options(
                to: pair.server, name: "127.0.0.1", port: pair.server.plainPort)
            #expect(response == nil)
        }
    }

    @Test func plainTextAndGarbageAreClosedAndOthersAreServed() async throws {
        try await TLSPair.run(subject: "IP:127.0.0.1") { pair in
            let texts = [
                Array("OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nContent-Length: 0\r\n\r\n".utf8),
                [22, 3, 1, 255, 255] + [UInt8](repeating: 0xAA, count: 20_000),
            ]
            var generator = SystemRandomNumberGenerator()
            let noise = (0..<60).map { length in
                [22, 3, 3, 0, UInt8(length)] + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                    + [21, 3, 3, 0, 2, 2, 40]
            }
            for bytes in texts + noise { try await send(bytes, to: pair.server.tlsPort) }
            let response = try await pair.client.options(to: pair.server, name: "127.0.0.1")
            #expect(response?.status == 200)
            let failures = try await pair.server.failures()
            #expect(failures.count == texts.count + noise.count)
            let requests = try await pair.server.flows()
            #expect(requests.count == 1, "nothing of the garbage passed for a request")
        }
    }

    /// Sends octets and returns when the server has closed the connection.
    private func send(_ bytes: [UInt8], to port: UInt16) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .connect(host: "127.0.0.1", port: Int(port)).get()
        // The server may have closed before everything was written.
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        try? await channel.close(mode: .output)
        try await channel.closeFuture.get()
    }
}

@Suite struct SIPTLSConfigurationTests {
    @Test func unreadableAndForeignFilesAreNamed() throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let one = try authority.identity("IP:127.0.0.1")
        let other = try authority.identity("IP:127.0.0.1")
        func contexts(_ certificate: String, _ key: String, _ authorities: String?) throws {
            _ = try SIPTLSContexts(
                SIPTLSConfiguration(
                    listener: .init(port: 0, certificatePath: certificate, keyPath: key), authoritiesPath: authorities))
        }
        try contexts(one.certificate, one.key, authority.certificate)
        let missing = #expect(throws: SIPTLSError.self) { try contexts("/nowhere.pem", one.key, nil) }
        #expect(missing?.description.contains("/nowhere.pem") == true)
        let wrongKey = #expect(throws: SIPTLSError.self) { try contexts(one.certificate, one.certificate, nil) }
        #expect(wrongKey?.description.contains("private key \(one.certificate)") == true)
        let mixed = #expect(throws: SIPTLSError.self) { try contexts(one.certificate, other.key, nil) }
        #expect(mixed?.description.contains("do not fit") == true, "\(String(describing: mixed))")
        let authorities = #expect(throws: SIPTLSError.self) { try contexts(one.certificate, one.key, one.key) }
        #expect(authorities?.description.contains("authorities \(one.key)") == true)
    }
}
