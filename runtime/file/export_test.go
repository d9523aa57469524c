package file

// Shrink is shrink, for tests.
var Shrink = shrink
