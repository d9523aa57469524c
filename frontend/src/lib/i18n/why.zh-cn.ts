/** Why a view is fast or slow. The steps themselves come from the server, in the caller's language. */
export const whyZh = {
  "why.title": "为什么慢？",
  "why.of": "视图“{name}”的打开方式",
  "why.ofChanged": "视图“{name}”连同尚未保存的修改的打开方式",
  "why.steps": "步骤",
  "why.next": "接下来",
  "why.plan": "数据库的原话",
  "why.fast": "快",
  "why.slow": "走不了索引",
} as const;
