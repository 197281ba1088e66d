/// Names of the HTTP headers that carry a request's signature.
public enum SignatureHeader {
    /// The portal's identifier; says whose key signs.
    public static let portal = "X-Switchboard-Portal"
    public static let time = "X-Switchboard-Time"
    public static let nonce = "X-Switchboard-Nonce"
    /// The payment's identifier, where a payment system signs; takes the nonce's place.
    public static let payment = "X-Switchboard-Payment"
    public static let signature = "X-Switchboard-Signature"
}
