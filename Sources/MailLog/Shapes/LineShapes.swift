/// Every shape of log line, in the order in which they are tried. A new shape is one line here.
package enum LineShapes {
    package static let all: [any LineShape] = []
}
