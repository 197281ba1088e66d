import ArgumentParser

/// The command: `switchboard <subcommand>`; exit codes 0 done, 1 failed, 64 usage.
@main
struct SwitchboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchboard",
        abstract: "Telephony for companies that live in a CRM.",
        subcommands: [
            DemoCommand.self, ServeCommand.self, DoctorCommand.self, StatusCommand.self, PhoneCommand.self,
            HistoryCommand.self, AccountCommand.self, StaffCommand.self, SupportCommand.self, PortalCommand.self,
            RouteCommand.self,
            TariffCommand.self, MoneyCommand.self, PaymentCommand.self, TrunkCommand.self, LogCommand.self,
            RecordCommand.self, UserCommand.self, LineCommand.self, NumberCommand.self,
            ScenarioCommand.self, BalanceCommand.self, BackupCommand.self, RestoreCommand.self,
        ])

    /// Settings may stand before a command's arguments as well as behind them.
    static func main() async {
        await main(SettingFlags.gathered(Array(CommandLine.arguments.dropFirst())))
    }
}
