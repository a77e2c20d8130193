"""复盘命令的房间: presets read, seeds run side by side, results printed and drawn."""
