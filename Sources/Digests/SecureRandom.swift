import COpenSSL

/// Unguessable octets for keys, passwords and tokens.
public enum SecureRandom {
    /// `count` octets from the operating system's generator.
    public static func bytes(_ count: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&output, Int32(count)) == 1, "the system's random generator gave nothing")
        return output
    }
}
