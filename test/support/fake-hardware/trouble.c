#include "trouble.h"

#include <stdio.h>
#include <string.h>

gboolean trouble_is(const char *element, const char *trouble) {
  const char *path = g_getenv("FAKE_HARDWARE_FILE");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return FALSE;
  char name[64], what[64];
  gboolean found = FALSE;
  while (!found && fscanf(file, "%63s %63s", name, what) == 2) {
    found = strcmp(name, element) == 0 && strcmp(what, trouble) == 0;
  }
  fclose(file);
  return found;
}

gboolean trouble_is_absent(const char *element) {
  const char *names = g_getenv("FAKE_HARDWARE_ABSENT");
  if (!names) return FALSE;
  char **list = g_strsplit(names, ",", -1);
  const gboolean absent = g_strv_contains((const char *const *)list, element);
  g_strfreev(list);
  return absent;
}
