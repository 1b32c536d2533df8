#include "server.h"

#include "encoder.h"
#include "leap.h"

// UDP ports of the media, below those that the kernel gives to others.
enum { MEDIA_PORT_FIRST = 20000, MEDIA_PORT_LAST = 32000, SESSION_CLEANUP_S = 2 };

typedef struct {
  GstCaps *caps;
  Feed *feed;
} Wiring;

static void wiring_free(gpointer data, GClosure *closure) {
  (void)closure;
  Wiring *wiring = data;
  gst_caps_unref(wiring->caps);
  feed_unref(wiring->feed);
  g_free(wiring);
}

static void feed_unref_closure(gpointer data, GClosure *closure) {
  (void)closure;
  feed_unref(data);
}

static void on_unprepared(GstRTSPMedia *media, Feed *feed) {
  feed_detach(feed, g_object_get_data(G_OBJECT(media), "appsrc"));
}

static void on_need_data(GstAppSrc *appsrc, guint length, gpointer feed) {
  (void)length;
  feed_attach(feed, appsrc);
}

static void release_feed(gpointer feed) { feed_unref(feed); }

static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, Wiring *wiring) {
  (void)factory;
  GstElement *bin = gst_rtsp_media_get_element(media);
  GstElement *appsrc = gst_bin_get_by_name(GST_BIN(bin), "source");
  gst_app_src_set_caps(GST_APP_SRC(appsrc), wiring->caps);
  g_object_set_data_full(G_OBJECT(media), "appsrc", appsrc, gst_object_unref);
  g_signal_connect_data(media, "unprepared", G_CALLBACK(on_unprepared), feed_ref(wiring->feed), feed_unref_closure,
                        (GConnectFlags)0);
  // A live source is first asked for data when it plays: only then is there a clock to stamp a clip's first keyframe.
  GstAppSrcCallbacks callbacks = {.need_data = on_need_data};
  gst_app_src_set_callbacks(GST_APP_SRC(appsrc), &callbacks, feed_ref(wiring->feed), release_feed);
  leap_attach(bin, wiring->feed);
  gst_object_unref(bin);
}

static GstRTSPMediaFactory *make_factory(const Options *options, GstCaps *caps, Feed *feed) {
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
  char *description = encoder_describe(options);
  gst_rtsp_media_factory_set_launch(factory, description);
  g_free(description);
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  gst_rtsp_media_factory_set_latency(factory, 0);
  GstRTSPAddressPool *ports = gst_rtsp_address_pool_new();
  gst_rtsp_address_pool_add_range(ports, "127.0.0.1", "127.0.0.1", MEDIA_PORT_FIRST, MEDIA_PORT_LAST, 0);
  gst_rtsp_media_factory_set_address_pool(factory, ports);
  g_object_unref(ports);
  Wiring *wiring = g_new(Wiring, 1);
  *wiring = (Wiring){.caps = gst_caps_ref(caps), .feed = feed_ref(feed)};
  g_signal_connect_data(factory, "media-configure", G_CALLBACK(on_media), wiring, wiring_free, (GConnectFlags)0);
  return factory;
}

static void ask_for_digest(GstRTSPServer *server, GstRTSPMediaFactory *factory, const Options *options) {
  GstRTSPAuth *auth = gst_rtsp_auth_new();
  gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
  GstRTSPToken *token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);
  gst_rtsp_auth_add_digest(auth, options->user, options->password, token);
  gst_rtsp_token_unref(token);
  gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                  GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  gst_rtsp_server_set_auth(server, auth);
  g_object_unref(auth);
}

static gboolean clean_sessions(gpointer data) {
  GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool(data);
  gst_rtsp_session_pool_cleanup(pool);
  g_object_unref(pool);
  return G_SOURCE_CONTINUE;
}

GstRTSPServer *server_start(const Options *options, GstCaps *caps, Feed *feed) {
  GstRTSPServer *server = gst_rtsp_server_new();
  char *service = g_strdup_printf("%d", options->port);
  gst_rtsp_server_set_address(server, options->address ? options->address : "127.0.0.1");
  gst_rtsp_server_set_service(server, service);
  g_free(service);
  GstRTSPMediaFactory *factory = make_factory(options, caps, feed);
  if (options->user) ask_for_digest(server, factory, options);
  GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
  g_object_unref(mounts);
  if (!gst_rtsp_server_attach(server, NULL)) {
    g_object_unref(server);
    return NULL;
  }
  g_timeout_add_seconds(SESSION_CLEANUP_S, clean_sessions, server);
  return server;
}

static GstRTSPFilterResult remove_client(GstRTSPServer *server, GstRTSPClient *client, gpointer data) {
  (void)server, (void)client, (void)data;
  return GST_RTSP_FILTER_REMOVE;
}

void server_stop(GstRTSPServer *server) {
  g_source_remove_by_user_data(server);
  gst_rtsp_server_client_filter(server, remove_client, NULL);
  g_object_unref(server);
}
