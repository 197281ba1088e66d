import Storage
import Testing

@Suite struct DatabaseLocationTests {
    @Test func `a path is a file, an address a server`() throws {
        #expect(try DatabaseLocation(parsing: "/var/lib/a.sqlite") == .sqlite(path: "/var/lib/a.sqlite"))
        let url = try PostgresURL("postgresql://anna:geheim@db.example:5433/switchboard?sslmode=require")
        #expect(
            try DatabaseLocation(parsing: "postgresql://anna:geheim@db.example:5433/switchboard?sslmode=require")
                == .postgres(url))
        #expect(url.description == "PostgreSQL database 'switchboard' at db.example")
        #expect(try PostgresURL("postgres://u@/d?host=/run/postgresql").description.contains("/run/postgresql"))
    }

    @Test(arguments: [
        "", "mysql://host/db", "postgresql://user:geheim@host:abc/db", "postgresql://user:geheim@host:99999/db",
        "postgresql://[::1/db?geheim", "postgresql://host/db?geheim=1", "postgresql://u:%zz@host/geheim",
        "postgresql://h/geheim\0",
    ])
    func `an address that cannot be read is refused without being repeated`(text: String) {
        let error = #expect(throws: StorageError.self) { try DatabaseLocation(parsing: text) }
        #expect(error?.code == .invalidLocation)
        #expect(error?.description.contains("geheim") == false)
    }
}
