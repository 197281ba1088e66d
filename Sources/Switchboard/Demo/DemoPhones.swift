import Foundation
import Media
import NIOCore
import NIOPosix

/// The phones of the demo call, each a real SIP phone with sockets of its own.
struct DemoPhones: Sendable {
    /// Address of the trunk's far end, so that the platform knows it by its source.
    static let trunkAddress = "127.0.0.2"

    /// How late everything is that the desk phone sends: long enough that its last answer comes during the hold.
    static let deskLag = TimeAmount.seconds(5)

    /// The customer, behind the trunk.
    let caller: SoftPhone
    /// The desk phone: it neither tells that it rings nor hurries, as if behind a slow link.
    let desk: SoftPhone
    /// The employee's second device, twice: on his computer, where he answers, and on his mobile.
    let computer: SoftPhone
    let mobile: SoftPhone

    struct Credentials: Sendable {
        var domain: String
        var userLogin: String
        var userPassword: String
        var phoneLogin: String
        var phonePassword: String
    }

    init(credentials: Credentials, serverAddress: String, serverPort: Int, eventLoop: any EventLoop) throws {
        let port = UInt16(clamping: serverPort)
        func account(_ user: String, _ password: String?) -> PhoneAccount {
            PhoneAccount(
                user: user, domain: credentials.domain, password: password, serverAddress: serverAddress,
                serverPort: port)
        }
        var customer = account(DemoCompany.customerNumber, nil)
        customer.displayName = DemoCompany.customerNumber
        caller = try SoftPhone(
            account: customer, localAddress: Self.trunkAddress, eventLoop: eventLoop)
        desk = try SoftPhone(
            account: account(credentials.phoneLogin, credentials.phonePassword),
            behaviour: PhoneBehaviour(tellsRinging: false, lag: Self.deskLag), eventLoop: eventLoop)
        computer = try SoftPhone(
            account: account(credentials.userLogin, credentials.userPassword), eventLoop: eventLoop)
        mobile = try SoftPhone(
            account: account(credentials.userLogin, credentials.userPassword), eventLoop: eventLoop)
    }

    var all: [SoftPhone] { [caller, desk, computer, mobile] }

    /// Opens all phones; the employee's register, the customer's only calls.
    func start() async throws {
        for phone in all { try await phone.start() }
        for phone in [desk, computer, mobile] { try await phone.register() }
    }

    func stop() async { for phone in all { await phone.stop() } }

    /// A steady tone, as long as a call may last.
    static func tone(_ frequency: Double) throws -> PCMClip {
        var generator = ToneGenerator(try ToneScript(parsing: "\(Int(frequency))@-13;2(*/0/1)"))
        var samples = [Int16](repeating: 0, count: PCMClip.sampleRate * 2)
        samples.withUnsafeMutableBufferPointer { buffer in _ = generator.fill(buffer) }
        return PCMClip(samples: samples)
    }
}
