import CSRTP
import SDP

/// The SRTP state of one direction of a leg, in one trivial value for the packet path (RFC 3711).
///
/// Made by an ``SRTPSession``, which owns the memory and must live longer.
struct SRTPStream {
    /// What protecting may add behind a packet.
    static let trailer = 16 + 4

    enum Failure: Error {
        /// Received before, or too old to tell.
        case replayed
        /// Made without the key, or changed on the way.
        case forged
    }

    fileprivate let context: OpaquePointer

    /// Encrypts an RTP packet in place, which needs ``trailer`` octets of room behind it; nil when it must not be sent.
    @inline(__always)
    func protect(_ packet: UnsafeMutableRawPointer, count: Int) -> Int? {
        var length = Int32(truncatingIfNeeded: count)
        guard srtp_protect(context, packet, &length) == srtp_err_status_ok else { return nil }
        return Int(length)
    }

    /// Checks and decrypts an RTP packet in place; the number of octets that are left.
    @inline(__always)
    func unprotect(_ packet: UnsafeMutableRawPointer, count: Int) -> Result<Int, Failure> {
        var length = Int32(truncatingIfNeeded: count)
        return Self.result(srtp_unprotect(context, packet, &length), length)
    }

    /// As ``protect(_:count:)`` for RTCP.
    func protectControl(_ packet: UnsafeMutableRawPointer, count: Int) -> Int? {
        var length = Int32(truncatingIfNeeded: count)
        guard srtp_protect_rtcp(context, packet, &length) == srtp_err_status_ok else { return nil }
        return Int(length)
    }

    /// As ``unprotect(_:count:)`` for RTCP.
    func unprotectControl(_ packet: UnsafeMutableRawPointer, count: Int) -> Result<Int, Failure> {
        var length = Int32(truncatingIfNeeded: count)
        return Self.result(srtp_unprotect_rtcp(context, packet, &length), length)
    }

    @inline(__always)
    private static func result(_ status: srtp_err_status_t, _ length: Int32) -> Result<Int, Failure> {
        switch status {
        case srtp_err_status_ok: .success(Int(length))
        case srtp_err_status_replay_fail, srtp_err_status_replay_old: .failure(.replayed)
        default: .failure(.forged)
        }
    }
}

/// Owns the SRTP state of one direction of a leg; used on the media thread.
final class SRTPSession {
    enum Direction { case sending, receiving }

    let key: MediaKey
    let stream: SRTPStream

    /// Nil when the library does not know the suite.
    init?(_ key: MediaKey, _ direction: Direction) {
        guard Self.isReady, let context = Self.make(key, direction) else { return nil }
        self.key = key
        stream = SRTPStream(context: context)
    }

    deinit { srtp_dealloc(stream.context) }

    /// The suites that the library knows, the preferred first.
    static let suites: [CryptoSuite] = CryptoSuite.allCases.filter { suite in
        MediaKey(suite, octets: [UInt8](repeating: 1, count: suite.keyLength)).flatMap { SRTPSession($0, .sending) }
            != nil
    }

    private static let isReady = srtp_init() == srtp_err_status_ok

    private static func make(_ key: MediaKey, _ direction: Direction) -> OpaquePointer? {
        var policy = srtp_policy_t()
        policy.ssrc.type = direction == .sending ? ssrc_any_outbound : ssrc_any_inbound
        policy.window_size = 256
        switch key.suite {
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aesCM128HMACSHA1Tag80:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        case .aesCM128HMACSHA1Tag32:
            srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp)
            // RFC 4568 6.2.2: the short tag is for RTP alone.
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        }
        var context: OpaquePointer?
        var octets = key.octets
        let status = octets.withUnsafeMutableBufferPointer { buffer in
            policy.key = buffer.baseAddress
            return srtp_create(&context, &policy)
        }
        return status == srtp_err_status_ok ? context : nil
    }
}
