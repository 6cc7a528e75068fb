/* folder.h: cleaning up behind a test. */
#ifndef TAGWERK_TESTS_FOLDER_H
#define TAGWERK_TESTS_FOLDER_H

/* Removes a folder with all that is in it; a missing one is fine. */
void tree_remove(const char *path);

#endif
