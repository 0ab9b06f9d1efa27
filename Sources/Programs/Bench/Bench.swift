@main
enum Bench {
    static func main() async { await BenchCommand.main() }
}
