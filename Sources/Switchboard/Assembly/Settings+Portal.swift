import Foundation
import Portal

extension Settings {
    /// What the portal of this installation has to be told; makes its folder.
    func portal(_ secrets: Secrets) throws -> PortalConfiguration {
        let directory = "\(text("data.directory"))/portal"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let seed = text("portal.seed")
        return PortalConfiguration(
            host: text("portal.address"), port: integer("portal.port"),
            database: try database("portal.database", usual: "\(directory)/portal.sqlite"),
            portalID: text("portal.id"), licenceKey: secrets.licenceKey, storageKey: secrets.storageKey,
            controllerURL: url("controller"), publicURL: url("portal"),
            soundsDirectory: "\(text("data.directory"))/sounds", seedFile: seed.isEmpty ? nil : seed)
    }
}

extension Secrets {
    /// Those of the data directory, with the storage key from the environment where the settings name one.
    static func present(for settings: Settings) throws -> Secrets {
        var secrets = try loadOrMake(in: settings.text("data.directory"))
        if let key = try settings.storageKey(ProcessInfo.processInfo.environment) { secrets.storageKey = key }
        return secrets
    }
}
