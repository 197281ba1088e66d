import ArgumentParser
import Foundation
import Storage

/// `switchboard backup`: copies the databases that are files, while the systems run.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the SQLite databases of an installation while it runs.",
        discussion: """
            Each copy is checked before it gets its name. Not in it: secrets.json, without which a copy's secrets cannot be
            opened; recordings, session logs and sounds. Copy those with any tool, and keep secrets.json elsewhere.
            Databases on a PostgreSQL server are passed over: use pg_dump.
            """)

    @Argument(help: "Folder for the copies, made when it does not exist; no copy is written over.") var folder: String
    @Option(name: .customLong("role"), help: "Only this system's: portal, controller or voice. May repeat.")
    var roles: [Role] = []
    @Flag(help: "Print what was copied as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        // The copies are as secret as the databases.
        umask(0o077)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var report = BackupReport()
        for database in try SystemDatabase.all(settings, of: roles) {
            guard let file = database.file else {
                report.pass(over: database, "is on a PostgreSQL server; use pg_dump")
                continue
            }
            guard file.exists else {
                report.pass(over: database, "has no database at \(file.path)")
                continue
            }
            let copy = DatabaseFile(path: "\(folder)/\(database.copyName)")
            var progress = ProgressLine()
            progress.show("copying \(file.path), and checking the copy …")
            defer { progress.end() }
            try file.backUp(to: copy.path)
            try report.note(database, copy, at: copy.path)
        }
        guard !report.isEmpty else { throw BackupError.nothingToDo(report.lines(verb: "copied")) }
        let secrets = "\(settings.text("data.directory"))/\(Secrets.fileName)"
        report.warnings.append(
            "\(secrets) is not in the backup; keep a copy elsewhere: nobody opens the secrets in the databases without it"
        )
        print(json ? try report.json() : report.lines(verb: "copied"))
    }
}

/// `switchboard restore`: puts copies back while the systems are stopped.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put SQLite databases back that 'switchboard backup' has copied.",
        discussion: """
            Everything is checked before anything is changed: the copies, and that no system runs on the databases. What the
            databases hold now is lost. secrets.json must be the one of the time of the backup.
            """)

    @Argument(help: "Folder with the copies.") var folder: String
    @Option(name: .customLong("role"), help: "Only this system's: portal, controller or voice. May repeat.")
    var roles: [Role] = []
    @Flag(help: "Print what was put back as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        umask(0o077)
        var (report, pairs) = (BackupReport(), [(database: SystemDatabase, copy: DatabaseFile, file: DatabaseFile)]())
        for database in try SystemDatabase.all(settings, of: roles) {
            let copy = DatabaseFile(path: "\(folder)/\(database.copyName)")
            guard copy.exists else {
                report.pass(over: database, "has no copy \(copy.path)")
                continue
            }
            guard let file = database.file else {
                report.pass(over: database, "is on a PostgreSQL server, its copy stays where it is")
                continue
            }
            try copy.check()
            try file.requireUnused()
            pairs.append((database, copy, file))
        }
        guard !pairs.isEmpty else { throw BackupError.nothingToDo(report.lines(verb: "put back")) }
        for (database, copy, file) in pairs {
            try FileManager.default.createDirectory(
                at: URL(filePath: file.path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try file.restore(from: copy)
            try report.note(database, file, at: file.path)
        }
        let secrets = "\(settings.text("data.directory"))/\(Secrets.fileName)"
        if !FileManager.default.fileExists(atPath: secrets) {
            report.warnings.append(
                "\(secrets) is missing; put the one of the backup's time there before the start, which makes another otherwise"
            )
        }
        print(json ? try report.json() : report.lines(verb: "put back"))
    }
}
