import Foundation
import Testing

@testable import ScenarioRuntime

/// Compares `Scenarios/scenario.d.ts` with what scenarios really find.
struct DeclarationTests {
    @Test func theDeclarationsAreTheAPI() async throws {
        let declared = try DeclarationFile(path: Self.path)
        let real = try await Self.surface()
        #expect(declared.globals.count > 60, "the declarations were not understood")
        #expect(
            Set(real.keys).subtracting(declared.globals.keys).sorted() == [], "globals without a declaration")
        #expect(
            Set(declared.globals.keys).subtracting(real.keys).sorted() == [], "declared globals that do not exist")
        for (name, members) in real.sorted(by: { $0.key < $1.key }) {
            let own = declared.globals[name] ?? []
            #expect(members.subtracting(own).sorted() == [], "members of \(name) without a declaration")
            #expect(own.subtracting(members).sorted() == [], "declared members of \(name) that do not exist")
        }
    }

    @Test func aWrongDeclarationIsSeen() throws {
        let file = DeclarationFile(
            text: """
                declare namespace A {
                  /** doc */
                  function b(c: { d: string }): void;
                }
                declare class E {
                  private constructor();
                  readonly f: string;
                    g(): void;
                }
                declare enum H {
                  I = "j",
                  K = 5,
                }
                declare function l(): void;
                """)
        #expect(file.globals == ["A": ["b"], "E": ["f"], "H": ["I = j", "K = 5"], "l": []])
    }

    private static var path: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scenarios/scenario.d.ts").path
    }

    /// What a scenario finds: the members of each global, those of enumerations with their values.
    private static func surface() async throws -> [String: Set<String>] {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const {published} = globalThis[Symbol.for("switchboard.rehearsal")];
                for (const name of published) {
                    const value = globalThis[name];
                    const isClass = typeof value === "function" && /^class/.test(Function.prototype.toString.call(value));
                    const members = [];
                    if (isClass) {
                        const hidden = ["length", "name", "prototype"];
                        members.push(...Object.getOwnPropertyNames(value).filter((member) => !hidden.includes(member)));
                        for (let p = value.prototype; p !== Object.prototype; p = Object.getPrototypeOf(p)) {
                            members.push(...Object.getOwnPropertyNames(p).filter((member) => member !== "constructor"));
                        }
                    } else if (typeof value === "object") {
                        for (const member of Object.keys(value)) {
                            const isConstant = typeof value[member] === "string" || typeof value[member] === "number";
                            members.push(isConstant ? member + " = " + value[member] : member);
                        }
                    }
                    Logger.write("> " + [name, ...members].join("|"));
                }
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            var surface: [String: Set<String>] = [:]
            for line in try await show.notes() {
                let names = line.split(separator: "|").map(String.init)
                surface[names[0]] = Set(names.dropFirst())
            }
            return surface
        }
    }
}

/// As much of a declaration file as this project writes: members stand two blanks from the left.
struct DeclarationFile {
    private(set) var globals: [String: Set<String>] = [:]

    init(path: String) throws { self.init(text: try String(contentsOfFile: path, encoding: .utf8)) }

    init(text: String) {
        var current: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let match = line.firstMatch(of: /^declare (?:namespace|class|enum|function|const) ([A-Za-z_0-9]+)/) {
                let name = String(match.1)
                globals[name, default: []] = globals[name, default: []]
                current = line.hasSuffix("{") ? name : nil
            } else if line.hasPrefix("}") {
                current = nil
            } else if let current, let member = Self.member(line) {
                globals[current, default: []].insert(member)
            }
        }
    }

    private static func member(_ line: Substring) -> String? {
        if let match = line.firstMatch(of: /^  ([A-Za-z_0-9]+) = "?([^"]*)"?,$/) { return "\(match.1) = \(match.2)" }
        let pattern = /^  (?:readonly |function |const |class )?([A-Za-z_0-9]+)(?:[?(:<]| implements| \{)/
        guard let match = line.firstMatch(of: pattern), match.1 != "constructor" else { return nil }
        return String(match.1)
    }
}
