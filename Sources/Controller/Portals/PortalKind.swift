/// Where a portal runs.
public enum PortalKind: String, Sendable, Hashable, CaseIterable {
    /// In the vendor's cloud.
    case cloud
    /// At the customer's own place.
    case box
}
