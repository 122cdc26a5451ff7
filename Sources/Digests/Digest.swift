internal import CText
internal import Linux
