import MailLog

/// Words that identify nobody: words of mail programs, of their replies and of mlq. Redaction replaces all other words
/// of a text, because they may be names.
///
/// The list is `known-words.txt`, without first names and surnames, even if they are words. Words that mlq declares
/// elsewhere (fields, events, processes, line templates, reasons, investigations) are added.
enum KnownWords {
    /// Whether each part of a run of letters, digits, dots, hyphens and underscores is a word, a letter or a number.
    /// Digits in a part are ignored.
    static func contain(_ run: ArraySlice<UInt8>) -> Bool {
        var part: [UInt8] = []
        let ellipsis = "…".utf8
        for byte in run.suffix(ellipsis.count).elementsEqual(ellipsis) ? run.dropLast(ellipsis.count) : run {
            if byte >= 0x80 { return false }
            if byte.isLetter {
                part.append(byte.asciiLowercased)
            } else if !byte.isDigit {
                if !isWord(part) { return false }
                part.removeAll(keepingCapacity: true)
            }
        }
        return isWord(part)
    }

    private static func isWord(_ part: [UInt8]) -> Bool {
        part.count < 2 || words.contains(String(decoding: part, as: UTF8.self))
    }

    /// Whether a domain can end with the label.
    static func isTopLevel(_ label: ArraySlice<UInt8>) -> Bool {
        topLevels.contains(String(decoding: label.map(\.asciiLowercased), as: UTF8.self))
            || label.starts(with: "xn--".utf8)
    }

    private static let words: Set<String> = {
        var words = list(listed)
        for field in Fields.all {
            words.formUnion(parts(of: field.name))
            for alias in field.aliases { words.formUnion(parts(of: alias)) }
            if case .text(.oneOf(let values)) = field.type {
                for value in values { words.formUnion(parts(of: value)) }
            }
        }
        for event in LineEvent.allCases { words.formUnion(parts(of: event.name)) }
        for shape in LineShapes.all {
            for process in shape.processes { words.formUnion(parts(of: process)) }
        }
        for case let shape as any TemplateShape.Type in LineShapes.types {
            for line in shape.lines { words.formUnion(parts(of: withoutGaps(line.text.description))) }
        }
        words.formUnion(parts(of: ReasonClasses.rules))
        for script in ShippedScript.all {
            for line in script.text.split(separator: "\n") where !line.hasPrefix("#") {
                for text in line.split(separator: " ") where !text.contains("@") {
                    words.formUnion(parts(of: String(text)))
                }
            }
        }
        return words
    }()

    private static func parts(of text: String) -> [String] {
        text.utf8.split { !$0.isLetter }.map { String(decoding: $0, as: UTF8.self).lowercased() }
    }

    /// Returns a line template without its field names. Values of closed sets stay.
    private static func withoutGaps(_ template: String) -> String {
        template.split(separator: "<", omittingEmptySubsequences: false).map { piece in
            guard let equals = piece.firstIndex(where: { $0 == "=" || $0 == ">" }) else {
                return String(piece)
            }
            return String(piece[piece.index(after: equals)...])
        }.joined(separator: " ")
    }

    private static func list(_ text: String) -> Set<String> {
        Set(text.split { $0.isWhitespace }.map(String.init))
    }

    /// Generic top-level domains in common use, those for tests, and all of countries. Names below other labels are no
    /// domains: `local`, `lan`, `home`.
    private static let topLevels = list(
        """
        aero app arpa asia biz blog cat club cloud com coop dev edu email example gov group info int invalid jobs
        live mil mobi museum name net news online org pro shop site store tech tel test travel world xyz
        ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs
        bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec
        ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy
        hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz
        la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx
        my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re
        ro rs ru rw sa sb sc sd se sg si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk
        tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
        """)
}
