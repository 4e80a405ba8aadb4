import type { UntrustedObject } from '#messenger-kit';

/**
 * Keys of messages that Telegram writes itself ("the chat has a new photo"): nobody said anything.
 * https://core.telegram.org/bots/api#message
 */
const SERVICE_KEYS = new Set(
  `new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
  supergroup_chat_created channel_chat_created migrate_to_chat_id migrate_from_chat_id pinned_message
  message_auto_delete_timer_changed boost_added chat_background_set proximity_alert_triggered giveaway_created
  giveaway_completed giveaway_winners gift unique_gift paid_message_price_changed direct_message_price_changed
  managed_bot_created write_access_allowed connected_website passport_data`.split(/\s+/),
);
const SERVICE_PREFIXES =
  /^(video_chat_|forum_topic_|general_forum_topic_|suggested_post_|checklist_tasks_|chat_owner_|community_|poll_option_)/;

export function isServiceMessage(message: UntrustedObject): boolean {
  return Object.keys(message).some((key) => SERVICE_KEYS.has(key) || SERVICE_PREFIXES.test(key));
}
