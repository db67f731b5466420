const { Client } = require("discord.js");

const bot = new Client({
  intents: ["Guilds", "GuildMessages", "MessageContent"],
  rest: { api: `${process.env.SERVER}/api` },
});
bot.on("messageCreate", async (message) => {
  if (message.content === "!ping") await message.channel.send("pong");
});
bot.login(process.env.TOKEN);
