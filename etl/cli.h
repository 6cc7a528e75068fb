/* cli.h: the commands. Reads the command line, loads the plan, runs the steps in order, prints what
 * people asked for to stdout and what happens to stderr, and turns everything into one of the exit
 * codes of step/step.h. */
#ifndef TAGWERK_CLI_H
#define TAGWERK_CLI_H

int cli_main(int argc, char **argv);

#endif
