import Glibc

/// A moment as log lines write it: RFC 3339, UTC, milliseconds.
struct Timestamp {
    private let seconds: Int
    private let milliseconds: Int

    /// The moment `milliseconds` after the beginning of 1970.
    init(millisecondsSince1970 milliseconds: Int) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        seconds = remainder < 0 ? quotient - 1 : quotient
        self.milliseconds = remainder < 0 ? remainder + 1000 : remainder
    }

    /// The current moment.
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSince1970: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// Appends the text. `gmtime_r` would take the C library's time zone lock for each line.
    func write(to line: inout [UInt8]) {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        // Days are counted from 1 March of year 0, so that the leap day is the last of its year.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        line.append(number: year, digits: 4, then: "-")
        line.append(number: month, digits: 2, then: "-")
        line.append(number: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, digits: 2, then: "T")
        line.append(number: second / 3600, digits: 2, then: ":")
        line.append(number: second / 60 % 60, digits: 2, then: ":")
        line.append(number: second % 60, digits: 2, then: ".")
        line.append(number: milliseconds, digits: 3, then: "Z")
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: Int, digits: Int, then mark: Unicode.Scalar) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: 48 + number / divisor % 10))
            divisor /= 10
        }
        append(UInt8(ascii: mark))
    }
}
