import PhoneNumbers
import Storage

/// What a portal has to be told before it starts.
public struct PortalConfiguration: Sendable {
    /// Address to listen at.
    public var host: String
    /// Port to listen at; 0 takes a free one, see ``Portal/port()``.
    public var port: Int
    public var database: DatabaseLocation
    /// The portal's identifier at the controller.
    public var portalID: String
    /// The key that all request keys are derived from; known to the controller, too.
    public var licenceKey: String
    /// Seals passwords and keys in the database: 64 hexadecimal digits.
    public var storageKey: String
    /// Address of the controller, such as `http://127.0.0.1:8081`.
    public var controllerURL: String
    /// Address under which scenarios and browsers reach the portal, without a slash at its end; nil for host and port.
    public var publicURL: String?
    /// Directory with the mp3 and wav files of `/sounds/`.
    public var soundsDirectory: String
    /// JSON file that fills an empty portal at its first start.
    public var seedFile: String?
    /// Where the company is: says how a number without a country code is to be read.
    public var region: Region
    /// How long an employee counts as online after his last request.
    public var onlineSeconds: Int64
    /// When a question to the controller is given up.
    public var controllerLimit: Duration
    /// Pause before a message that the controller did not take is sent again.
    public var retryPause: Duration
    /// Cost of new password hashes.
    public var passwordIterations: Int

    public init(
        host: String = "127.0.0.1", port: Int = 8080, database: DatabaseLocation, portalID: String, licenceKey: String,
        storageKey: String, controllerURL: String = "http://127.0.0.1:8081", publicURL: String? = nil,
        soundsDirectory: String,
        seedFile: String? = nil, region: Region = .russia, onlineSeconds: Int64 = 180,
        controllerLimit: Duration = .seconds(10), retryPause: Duration = .seconds(5),
        passwordIterations: Int = 310_000
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.portalID = portalID
        self.licenceKey = licenceKey
        self.storageKey = storageKey
        self.controllerURL = controllerURL
        self.publicURL = publicURL
        self.soundsDirectory = soundsDirectory
        self.seedFile = seedFile
        self.region = region
        self.onlineSeconds = onlineSeconds
        self.controllerLimit = controllerLimit
        self.retryPause = retryPause
        self.passwordIterations = passwordIterations
    }
}
