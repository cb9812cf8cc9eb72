/// Month names of `%b` in the languages of servers. English is read without this table.
enum MonthNames {
    private static let table = """
        Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez
        Jän Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez
        janv févr mars avril mai juin juil août sept oct nov déc
        jan fév mar avr mai jui jul aoû sep oct nov déc
        ene feb mar abr may jun jul ago sep oct nov dic
        ene feb mar abr may jun jul ago sept oct nov dic
        gen feb mar apr mag giu lug ago set ott nov dic
        jan fev mar abr mai jun jul ago set out nov dez
        jan feb mrt apr mei jun jul aug sep okt nov dec
        jan feb mar apr maj jun jul aug sep okt nov dec
        jan feb mars april mai juni juli aug sep okt nov des
        tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
        sty lut mar kwi maj cze lip sie wrz paź lis gru
        led úno bře dub kvě čen čec srp zář říj lis pro
        jan feb már ápr máj jún júl aug szept okt nov dec
        ian feb mar apr mai iun iul aug sept oct nov dec
        Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara
        Ιαν Φεβ Μαρ Απρ Μαϊ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ
        Ιαν Φεβ Μάρ Απρ Μάι Ιούν Ιούλ Αύγ Σεπ Οκτ Νοέ Δεκ
        янв фев мар апр май июн июл авг сен окт ноя дек
        Янв Фев Мар Апр Мая Июн Июл Авг Сен Окт Ноя Дек
        янв фев мар апр мая июн июл авг сент окт нояб дек
        січ лют бер кві тра чер лип сер вер жов лис гру
        """

    /// Month 1…12 by its name, with ASCII letters in lower case.
    private static let months: [[UInt8]: UInt8] = {
        var months: [[UInt8]: UInt8] = [:]
        for line in table.split(separator: "\n") {
            for (index, name) in line.split(separator: " ").enumerated() {
                let key = name.utf8.map(\.asciiLowercased)
                if months[key] == nil { months[key] = UInt8(index + 1) }
            }
        }
        return months
    }()

    /// Returns the month that a word names; the word may end with a dot.
    static func month(_ word: Bytes) -> UInt8? {
        let name = word.hasSuffix(".") ? word.dropLast(1) : word
        guard name.count >= 3, name.count <= 12 else { return nil }
        return months[(0..<name.count).map { name[$0].asciiLowercased }]
    }
}
