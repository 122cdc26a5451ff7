internal import Box
