// Listings of /dev show the cameras that are plugged in, behind what is really there; who watches /dev is told when
// they come and go.
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "config.h"
#include "real.h"

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "one structure serves both names");

enum { MAX_LISTINGS = 16 };

typedef struct {
  DIR *directory;  // NULL: free
  int next_node;
  struct dirent entry;
} Listing;

static Listing listings[MAX_LISTINGS];
static pthread_mutex_t listings_mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int open_listings;

static bool is_dev(const char *path) {
  return path && (!strcmp(path, "/dev") || !strcmp(path, "/dev/")) && config_directory();
}

static NodeStatus named_status(const char *name, int *node) {
  char path[300];
  snprintf(path, sizeof path, "/dev/%s", name);
  return config_node_status(path, node);
}

// The first camera from `node` on, or -1.
static int present_from(int node) {
  int saved = errno, found = -1;
  for (; node < CAMERA_MAX_NODES && found < 0; node++) {
    CameraConfig config;
    if (config_read(node, &config) && config.plugged) found = node;
  }
  errno = saved;
  return found;
}

static void describe(int node, struct dirent *entry) {
  memset(entry, 0, sizeof *entry);
  entry->d_ino = (ino_t)(0x564c4c00 + node);
  entry->d_reclen = sizeof *entry;
  entry->d_type = DT_CHR;
  snprintf(entry->d_name, sizeof entry->d_name, "video%d", node);
}

static Listing *listing_of(const DIR *directory) {
  for (int i = 0; i < MAX_LISTINGS; i++)
    if (listings[i].directory == directory) return &listings[i];
  return NULL;
}

static DIR *track(DIR *directory) {
  pthread_mutex_lock(&listings_mutex);
  Listing *free_listing = directory ? listing_of(NULL) : NULL;
  if (free_listing) {
    *free_listing = (Listing){.directory = directory};
    open_listings++;
  }
  pthread_mutex_unlock(&listings_mutex);
  return directory;
}

static void untrack(const DIR *directory) {
  if (open_listings == 0) return;
  pthread_mutex_lock(&listings_mutex);
  Listing *listing = directory ? listing_of(directory) : NULL;
  if (listing) {
    listing->directory = NULL;
    open_listings--;
  }
  pthread_mutex_unlock(&listings_mutex);
}

static struct dirent *next_entry(DIR *directory) {
  if (open_listings == 0) return REAL(readdir)(directory);
  pthread_mutex_lock(&listings_mutex);
  Listing *listing = listing_of(directory);
  pthread_mutex_unlock(&listings_mutex);
  if (!listing) return REAL(readdir)(directory);
  if (listing->next_node == 0) {
    int node;
    struct dirent *entry;
    while ((entry = REAL(readdir)(directory)))
      if (named_status(entry->d_name, &node) == NODE_FOREIGN) return entry;
  }
  int node = listing->next_node < 0 ? -1 : present_from(listing->next_node);
  listing->next_node = node < 0 ? -1 : node + 1;
  if (node < 0) return NULL;
  describe(node, &listing->entry);
  return &listing->entry;
}

EXPORT DIR *opendir(const char *path) {
  DIR *directory = REAL(opendir)(path);
  return is_dev(path) ? track(directory) : directory;
}

EXPORT int closedir(DIR *directory) {
  untrack(directory);
  return REAL(closedir)(directory);
}

EXPORT struct dirent *readdir(DIR *directory) { return next_entry(directory); }
EXPORT struct dirent64 *readdir64(DIR *directory) { return (struct dirent64 *)next_entry(directory); }

typedef int (*Filter)(const struct dirent *entry);
typedef int (*Compare)(const struct dirent **a, const struct dirent **b);
typedef int (*Sort)(const void *a, const void *b);

static int scan(const char *path, struct dirent ***out, Filter filter, Compare compare) {
  DIR *directory = opendir(path);
  if (!directory) return -1;
  struct dirent **list = NULL, *entry;
  int count = 0;
  errno = 0;
  while ((entry = readdir(directory))) {
    if (filter && !filter(entry)) continue;
    struct dirent **grown = realloc(list, (size_t)(count + 1) * sizeof *list);
    struct dirent *copy = grown ? malloc(sizeof *entry) : NULL;
    if (grown) list = grown;
    if (!copy) break;
    memcpy(copy, entry, entry->d_reclen < sizeof *entry ? entry->d_reclen : sizeof *entry);
    list[count++] = copy;
  }
  closedir(directory);
  if (compare && count > 0) qsort(list, (size_t)count, sizeof *list, (Sort)compare);
  *out = list;
  return count;
}

EXPORT int scandir(const char *path, struct dirent ***out, Filter filter, Compare compare) {
  return is_dev(path) ? scan(path, out, filter, compare) : REAL(scandir)(path, out, filter, compare);
}

EXPORT int scandir64(const char *path, struct dirent64 ***out, int (*filter)(const struct dirent64 *),
                     int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  return is_dev(path) ? scan(path, (struct dirent ***)out, (Filter)filter, (Compare)compare)
                      : REAL(scandir64)(path, out, filter, compare);
}

// The control file of a camera has its node's name. Of what is really in /dev nothing is told.
EXPORT int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  return REAL(inotify_add_watch)(fd, is_dev(path) ? config_directory() : path, mask);
}
