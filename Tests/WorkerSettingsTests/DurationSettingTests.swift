import Settings
import Testing

@Suite struct DurationSettingTests {
    @Test(
        "a time is a whole number and a unit",
        arguments: [
            ("0ms", Duration.zero), ("1ms", .milliseconds(1)), ("500ms", .milliseconds(500)), ("15s", .seconds(15)),
            ("5m", .seconds(300)), ("72h", .seconds(259_200)), ("007s", .seconds(7)),
            ("9223372036854775807ms", .milliseconds(Int64.max)), ("2562047788015h", .seconds(2_562_047_788_015 * 3600)),
        ])
    func read(text: String, time: Duration) {
        #expect(Duration(setting: text) == time)
    }

    @Test(
        "anything else is not a time",
        arguments: [
            "", "s", "15", "15 s", " 15s", "15s ", "-15s", "+15s", "1.5s", "15S", "15sec", "1d", "1h30m", "١٥s",
            "0x10s",
            "9223372036854775808ms", "9223372036854776s", "2562047788016h",
        ])
    func refuse(text: String) {
        #expect(Duration(setting: text) == nil)
    }

    @Test(
        "a time is written in the largest unit that needs no fraction",
        arguments: [
            (Duration.milliseconds(1), "1ms"), (.milliseconds(999), "999ms"), (.seconds(1), "1s"),
            (.milliseconds(1500), "1500ms"), (.seconds(59), "59s"), (.seconds(60), "1m"), (.seconds(61), "61s"),
            (.seconds(3600), "1h"), (.seconds(5400), "90m"), (.seconds(259_200), "72h"), (.zero, "0s"),
        ])
    func write(time: Duration, text: String) {
        #expect(time.settingText == text)
        #expect(Duration(setting: text) == time)
    }
}
