// The least that an MJPEG server can do: the same part to all clients, F times a second, with nothing but send().
//
// Prints `port=PORT` once it listens on 127.0.0.1. A client that doesn't keep up has at most one frame waiting. Each
// JPEG carries the time of its sending as the test cameras write it. Runs until it is killed.
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 4096, COMMENT_BYTES = 64, READY_MAX = 256 };

static const char kDelimiter[] = "--boundarydonotcross\r\n";
static const char kResponse[] =
    "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=boundarydonotcross\r\n\r\n"
    "--boundarydonotcross\r\n";

// A part, from its header to the following delimiter; shared by the clients that still send it.
typedef struct {
  int references;
  size_t size;
  char bytes[];
} Part;

typedef struct {
  int fd;
  Part *sending, *waiting;
  size_t sent;
  int awaits_room;  // EPOLLOUT is asked for
} Client;

typedef struct {
  int epoll, listener, timer;
  char *jpeg;
  size_t jpeg_bytes;
  uint32_t sequence;
  Client *clients[CLIENTS_MAX];
  int client_count;
} Server;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void part_release(Part *part) {
  if (part && --part->references == 0) free(part);
}

static Part *part_new(Server *server) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  Part *part = malloc(sizeof *part + server->jpeg_bytes + COMMENT_BYTES + 256);
  if (!part) die("malloc");
  part->references = 1;
  char *at = part->bytes;
  at += sprintf(at, "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", server->jpeg_bytes + COMMENT_BYTES);
  memcpy(at, "\xff\xd8\xff\xfe\x00\x3e", 6);
  at += 6;
  at += sprintf(at, "lenscast-test seq=%010" PRIu32 " capture_us=%020" PRIu64, server->sequence++,
                (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
  memcpy(at, server->jpeg + 2, server->jpeg_bytes - 2);
  at += server->jpeg_bytes - 2;
  at += sprintf(at, "\r\n%s", kDelimiter);
  part->size = (size_t)(at - part->bytes);
  return part;
}

static void client_await_room(Server *server, Client *client, int await) {
  if (client->awaits_room == await) return;
  client->awaits_room = await;
  struct epoll_event event = {.events = EPOLLRDHUP | (await ? EPOLLOUT : 0), .data.ptr = client};
  epoll_ctl(server->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void client_close(Server *server, Client *client) {
  close(client->fd);
  part_release(client->sending);
  part_release(client->waiting);
  for (int i = 0; i < server->client_count; i++)
    if (server->clients[i] == client) server->clients[i] = server->clients[--server->client_count];
  free(client);
}

// 0 where the client is gone.
static int client_send(Server *server, Client *client) {
  while (client->sending) {
    Part *part = client->sending;
    ssize_t count = send(client->fd, part->bytes + client->sent, part->size - client->sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) return 0;
    if (count > 0) client->sent += (size_t)count;
    if (client->sent < part->size) {
      client_await_room(server, client, 1);
      return 1;
    }
    part_release(part);
    client->sending = client->waiting;
    client->waiting = NULL;
    client->sent = 0;
  }
  client_await_room(server, client, 0);
  return 1;
}

static int client_offer(Server *server, Client *client, Part *part) {
  part->references++;
  if (!client->sending) {
    client->sending = part;
    return client_send(server, client);
  }
  part_release(client->waiting);
  client->waiting = part;
  return 1;
}

static void on_timer(Server *server) {
  uint64_t expirations;
  if (read(server->timer, &expirations, sizeof expirations) < 0) return;
  Part *part = part_new(server);
  for (int i = server->client_count - 1; i >= 0; i--)
    if (!client_offer(server, server->clients[i], part)) shutdown(server->clients[i]->fd, SHUT_RDWR);
  part_release(part);
}

static void on_connection(Server *server) {
  int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  Client *client = server->client_count < CLIENTS_MAX ? calloc(1, sizeof *client) : NULL;
  if (!client || send(fd, kResponse, sizeof kResponse - 1, MSG_NOSIGNAL) < 0) {
    free(client);
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  client->fd = fd;
  server->clients[server->client_count++] = client;
  struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = client};
  if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

static void serve(Server *server) {
  struct epoll_event ready[READY_MAX];
  for (;;) {
    int count = epoll_wait(server->epoll, ready, READY_MAX, -1);
    for (int i = 0; i < count; i++) {
      void *what = ready[i].data.ptr;
      if (what == &server->listener)
        on_connection(server);
      else if (what == &server->timer)
        on_timer(server);
      else if (ready[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) || !client_send(server, what))
        client_close(server, what);
    }
  }
}

static void watch(Server *server, int *fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
  if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, *fd, &event) < 0) die("epoll_ctl");
}

static void start(Server *server, int fps) {
  server->epoll = epoll_create1(EPOLL_CLOEXEC);
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(server->listener, (struct sockaddr *)&address, size) < 0 || listen(server->listener, 1024) < 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &size) < 0)
    die("bind");
  server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct timespec period = {.tv_sec = fps == 1, .tv_nsec = fps == 1 ? 0 : 1000000000 / fps};
  if (timerfd_settime(server->timer, 0, &(struct itimerspec){period, period}, NULL) < 0) die("timerfd");
  watch(server, &server->listener);
  watch(server, &server->timer);
  printf("port=%d\n", ntohs(address.sin_port));
  fflush(stdout);
}

static void read_jpeg(Server *server, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) < 0) die(path);
  server->jpeg_bytes = (size_t)ftell(file);
  server->jpeg = malloc(server->jpeg_bytes + 1);
  rewind(file);
  if (!server->jpeg || fread(server->jpeg, 1, server->jpeg_bytes, file) != server->jpeg_bytes) die(path);
  fclose(file);
  if (server->jpeg_bytes < 4 || memcmp(server->jpeg, "\xff\xd8", 2) != 0) {
    fprintf(stderr, "bare-send: %s is no JPEG\n", path);
    exit(2);
  }
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"file", 1, NULL, 'f'}, {"fps", 1, NULL, 'r'}, {NULL, 0, NULL, 0}};
  static Server server;
  const char *path = NULL;
  int fps = 30;
  for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (name == 'f') path = optarg;
    if (name == 'r') fps = atoi(optarg);
  }
  if (!path || fps < 1 || fps > 1000) {
    fprintf(stderr, "usage: bare-send --file PICTURE.jpg [--fps F]\n");
    return 2;
  }
  read_jpeg(&server, path);
  struct rlimit limit = {CLIENTS_MAX + 64, CLIENTS_MAX + 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  start(&server, fps);
  serve(&server);
}
