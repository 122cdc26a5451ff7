// Where the program starts. In C, since a Swift module on top of Applets would compile the whole program once more:
// Embedded Swift compiles what a module calls into that module.
int debugbox_main(int count, char **arguments);

int main(int count, char **arguments) { return debugbox_main(count, arguments); }
