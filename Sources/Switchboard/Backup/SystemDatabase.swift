import Foundation
import Storage

/// The database of one system of an installation.
struct SystemDatabase: Sendable {
    let system: Role
    let location: DatabaseLocation

    /// What its copy is called.
    var copyName: String {
        switch system {
        case .portal: "portal.sqlite"
        case .controller: "controller.sqlite"
        case .voice: "platform.sqlite"
        }
    }

    /// Nil for one that lies on a server.
    var file: DatabaseFile? {
        if case .sqlite(let path) = location { DatabaseFile(path: path) } else { nil }
    }

    /// Those that the settings name, in the order of the systems.
    static func all(_ settings: Settings, of roles: [Role]) throws -> [SystemDatabase] {
        let folder = settings.text("data.directory")
        return try Role.allCases.filter { roles.isEmpty || roles.contains($0) }.map { role in
            let location: DatabaseLocation =
                switch role {
                case .portal: try settings.database("portal.database", usual: "\(folder)/portal/portal.sqlite")
                case .controller:
                    try settings.database("controller.database", usual: "\(folder)/controller/controller.sqlite")
                case .voice: .sqlite(path: "\(folder)/voice/platform.sqlite")
                }
            return SystemDatabase(system: role, location: location)
        }
    }
}
